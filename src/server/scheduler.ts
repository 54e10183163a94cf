import type { Decoder } from '../engine/decoder.ts';
import type { TokenId } from '../engine/forwardPass.ts';
import { ForetokenError } from '../util/errors.ts';
import { contextShift } from './contextShift.ts';
import { nextTask } from './eventLoop.ts';
import { Generation, type GenerationContext } from './generation.ts';
import { chooseSlot, commonPrefix, createSlots, type Slot } from './slots.ts';
import type { Task } from './task.ts';

/** What the scheduler needs of the engine. */
export type StepDecoder = Pick<Decoder, 'step' | 'shift'>;

/**
 * Slots, a first-in-first-out queue without a bound, and one loop that decodes all running generations together
 * (continuous batching): a task joins between two steps as soon as a slot is free. The loop exists only while there is
 * work, and lets the event loop run after every step.
 */
export class Scheduler {
  readonly slots: readonly Slot[];
  readonly #decoder: StepDecoder;
  readonly #context: GenerationContext;
  readonly #now: () => number;
  readonly #queue: Task[] = [];
  #nReleased = 0;
  #loop: Promise<void> | null = null;
  #closed = false;

  constructor(decoder: StepDecoder, nSlots: number, context: GenerationContext, now: () => number) {
    this.slots = createSlots(nSlots);
    this.#decoder = decoder;
    this.#context = context;
    this.#now = now;
  }

  /** Queues `task`; what becomes of it is told to its `onEvent`, never before this returns unless the server is closed. */
  submit(task: Task): void {
    if (this.#closed) {
      task.onEvent({ kind: 'failed', error: closedError() });
      return;
    }
    this.#queue.push(task);
    this.#loop ??= this.#run();
  }

  /** Ends `task` with `aborted`, queued or running; its slot is free at once. Nothing happens if it is over. */
  cancel(task: Task): void {
    this.#abandon(task, new ForetokenError('aborted', 'The request was cancelled by its sender'));
  }

  /** Ends every task with `closed` and resolves when the step under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running().map(generation => generation.task);
    for (const task of [...this.#queue, ...running]) this.#abandon(task, closedError());
    await this.#loop;
  }

  async #run(): Promise<void> {
    for (;;) {
      await nextTask();
      this.#admit();
      const running = this.#running();
      if (running.length === 0) break;
      await this.#step(running);
    }
    this.#loop = null;
  }

  #running(): Generation[] {
    return this.slots.flatMap(slot => (slot.state.kind === 'busy' ? slot.state.generation : []));
  }

  /** Starts every queued task that has a slot; one that waits for a certain slot holds up nobody else. */
  #admit(): void {
    for (const task of [...this.#queue]) {
      const slot = chooseSlot(this.slots, task.prompt, task.params.idSlot);
      if (slot !== null && this.#unqueue(task)) this.#start(task, slot);
    }
  }

  /** False when `task` is not in the queue (any more). */
  #unqueue(task: Task): boolean {
    const at = this.#queue.indexOf(task);
    if (at >= 0) this.#queue.splice(at, 1);
    return at >= 0;
  }

  #start(task: Task, slot: Slot): void {
    const cached = slot.state.kind === 'idle' && task.params.cachePrompt ? slot.state.cached : [];
    // At least one token has to be decoded: its logits choose the first one of the answer.
    const nCached = Math.max(0, Math.min(commonPrefix(cached, task.prompt), task.prompt.length - 1));
    const generation = new Generation(task, slot.id, nCached, this.#now(), this.#context);
    slot.state = { kind: 'busy', generation };
    task.onEvent({ kind: 'started', generation });
    if (task.prompt.length === 0) this.#finish(slot, generation);
  }

  async #step(running: readonly Generation[]): Promise<void> {
    try {
      for (const generation of running) this.#shiftIfFull(generation);
      const results = await this.#decoder.step(running.map(generation => generation.sequence));
      const now = this.#now();
      for (const result of results) {
        const generation = running.find(({ sequence }) => sequence === result.sequence);
        const slot = generation && this.#slotOf(generation);
        if (slot && generation.advance(result, now)) this.#finish(slot, generation);
      }
    } catch (error) {
      this.#failAll(running, ForetokenError.from(error));
    }
  }

  #shiftIfFull(generation: Generation): void {
    const { sequence, task } = generation;
    const { nCtx, ctxShift, tokenizer } = this.#context;
    if (!ctxShift || sequence.tokens.length < nCtx) return;
    const { nKeep, nDiscard } = task.params;
    const { keep, discard } = contextShift(sequence.nPast, nCtx, {
      nKeep,
      nDiscard,
      nPrompt: task.prompt.length,
      addBos: tokenizer.addBos,
    });
    this.#decoder.shift(sequence, keep, discard);
    generation.markTruncated();
  }

  /** The slot in which `generation` is still running: it may have been cancelled during a step. */
  #slotOf(generation: Generation): Slot | undefined {
    return this.slots.find(({ state }) => state.kind === 'busy' && state.generation === generation);
  }

  #finish(slot: Slot, generation: Generation): void {
    this.#release(slot, generation, generation.cachedTokens);
    generation.task.onEvent({ kind: 'finished', generation });
  }

  #release(slot: Slot, last: Generation, cached: readonly TokenId[]): void {
    this.#nReleased++;
    slot.state = { kind: 'idle', cached, last, releasedAt: this.#nReleased };
  }

  #abandon(task: Task, error: ForetokenError): void {
    const generation = this.#running().find(candidate => candidate.task === task);
    const slot = generation && this.#slotOf(generation);
    if (slot) this.#release(slot, generation, generation.cachedTokens);
    else if (!this.#unqueue(task)) return;
    task.onEvent({ kind: 'failed', error });
  }

  /** A step failed: nobody knows what the caches of its slots hold now. */
  #failAll(running: readonly Generation[], error: ForetokenError): void {
    for (const generation of running) {
      this.#abandon(generation.task, error);
      const slot = this.slots[generation.sequence.slot];
      if (slot?.state.kind === 'idle') slot.state = { ...slot.state, cached: [] };
    }
  }
}

function closedError(): ForetokenError {
  return new ForetokenError('closed', 'The server is closed; create a new one');
}
