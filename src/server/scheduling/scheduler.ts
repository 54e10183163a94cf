import type { Decoder } from '../../engine/decoder.ts';
import { isEmbedded } from '../../engine/embedStep.ts';
import type { StepResult } from '../../engine/sequence.ts';
import { assert } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { SlotCaches } from './cache/slotCaches.ts';
import { contextShift } from './contextShift.ts';
import { nextTask } from './eventLoop.ts';
import { Generation, type GenerationContext } from './generation.ts';
import type { Job } from './job.ts';
import type { Load, Metrics } from './metrics.ts';
import {
  type BusyState,
  chooseSlots,
  createSlots,
  holding,
  type IdleState,
  idleSlots,
  type Slot,
} from './slots.ts';

/** Part of the engine that the scheduler uses. */
export type StepDecoder = Pick<Decoder, 'step' | 'shift' | 'fork' | 'truncate'>;

/** Action on a slot that has no task. */
interface Visit {
  readonly slot: Slot;
  readonly begin: (state: IdleState) => void;
  readonly refuse: (error: ForetokenError) => void;
}

export interface SchedulerContext extends GenerationContext {
  /** True if a job may start while others generate. */
  readonly contBatching: boolean;
  /** Minimum share of a prompt that a slot must hold to be chosen for it. */
  readonly slotPromptSimilarity: number;
  readonly log: (line: string) => void;
}

/**
 * Slots, an unbounded first-in-first-out queue, and one loop that decodes all running generations together (continuous batching).
 * A job joins between two steps as soon as a slot is free. The choices of one prompt start together: the first decodes the
 * prompt, the others wait and continue from its cache. The loop exists only while there is work, and yields to the event loop
 * between steps.
 */
export class Scheduler {
  readonly slots: readonly Slot[];
  readonly #decoder: StepDecoder;
  readonly #context: SchedulerContext;
  readonly #caches: SlotCaches;
  readonly #now: () => number;
  readonly #queue: Job[] = [];
  #visits: Visit[] = [];
  readonly #metrics: Metrics;
  #nReleased = 0;
  #idleSince: number;
  #loop: Promise<void> | null = null;
  #closed = false;

  constructor(
    decoder: StepDecoder,
    nSlots: number,
    context: SchedulerContext,
    caches: SlotCaches,
    now: () => number,
    metrics: Metrics,
  ) {
    this.slots = createSlots(nSlots);
    this.#decoder = decoder;
    this.#context = context;
    this.#caches = caches;
    this.#now = now;
    this.#metrics = metrics;
    this.#idleSince = now();
  }

  /** Time when the last job ended; null while there is one. */
  get idleSince(): number | null {
    return this.#loop === null ? this.#idleSince : null;
  }

  get load(): Load {
    return { nProcessing: this.#running().length, nDeferred: this.#queue.length };
  }

  /** Queues `job`. No event is sent before this method returns, unless the server is closed. */
  submit(job: Job): void {
    if (this.#closed) {
      job.onEvent({ kind: 'failed', error: closedError() });
      return;
    }
    this.#queue.push(job);
    this.#loop ??= this.#run();
  }

  /**
   * Calls `visit` between two steps, as soon as the slot has no task; ids wrap around. Model calls that it makes before it
   * returns precede the slot's next task.
   */
  whenIdle<T>(idSlot: number, visit: (slot: Slot, state: IdleState) => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedError());
      const slot = this.slots[idSlot % this.slots.length];
      const begin = (state: IdleState) => {
        new Promise<T>(done => done(visit(slot, state))).then(resolve, reject);
      };
      this.#visits.push({ slot, begin, refuse: reject });
      this.#loop ??= this.#run();
    });
  }

  /** Ends `job` with `aborted`, queued or running; its slot is free at once. Has no effect if the job is over. */
  cancel(job: Job): void {
    this.#abandon(job, new ForetokenError('aborted', 'The request was cancelled by its sender'));
  }

  /** Ends every job with `closed` and resolves when the current step is done. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of [...this.#queue, ...this.#running().map(state => state.job)]) {
      this.#abandon(job, closedError());
    }
    for (const { refuse } of this.#visits.splice(0)) refuse(closedError());
    await this.#loop;
    await this.#caches.settled();
  }

  async #run(): Promise<void> {
    for (;;) {
      await nextTask();
      this.#dropUnused();
      this.#receiveVisits();
      await this.#admit();
      if (this.#running().length === 0) {
        // Jobs or visits may have arrived during `#admit`.
        if (this.#queue.length + this.#visits.length === 0) break;
        continue;
      }
      // Embeddings and generations alternate, because they cannot share a batch.
      for (const embedded of [false, true]) {
        const batch = this.#running().filter(
          state => isEmbedded(state.generation.sequence) === embedded && !this.#waitsForPrompt(state),
        );
        if (batch.length > 0) await this.#step(batch);
      }
    }
    this.#loop = null;
    this.#idleSince = this.#now();
  }

  #running(): BusyState[] {
    return this.slots.flatMap(({ state }) => (state.kind === 'busy' ? state : []));
  }

  /** True if another choice of the same prompt is still decoding it. */
  #waitsForPrompt({ job }: BusyState): boolean {
    const parent = this.#running().find(({ job: { task } }) => task === job.task.parent);
    return parent !== undefined && !parent.generation.isPromptDone;
  }

  /** Frees cells of idle slots behind their reusable tokens: a step may have filled some for a cancelled job. */
  #dropUnused(): void {
    for (const { id, state } of this.slots) {
      if (state.kind === 'idle') this.#decoder.truncate(id, state.cells.length);
    }
  }

  #receiveVisits(): void {
    const visits = this.#visits;
    this.#visits = [];
    for (const visit of visits) {
      const { state } = visit.slot;
      if (state.kind === 'idle') visit.begin(state);
      else this.#visits.push(visit);
    }
  }

  /** Starts every queued job that has a slot. A job that waits for a certain slot, or for several, does not block others. */
  async #admit(): Promise<void> {
    if (!this.#context.contBatching && this.#running().length > 0) return;
    for (const job of [...this.#queue]) {
      // The queue may be long, and this check runs between any two steps.
      if (this.#running().length === this.slots.length) return;
      // The job may reuse the cache that the previous one replaced.
      await this.#caches.settled();
      // Further choices start together with the first one.
      if (this.#queue.some(({ task }) => task === job.task.parent)) continue;
      const choices = [job, ...this.#queue.filter(({ task }) => task.parent === job.task)];
      const slots = chooseSlots(this.slots, job.task, this.#context.slotPromptSimilarity, choices.length);
      if (slots === null) continue;
      for (const [i, choice] of choices.entries()) {
        // The listener of an earlier start may have cancelled this job.
        if (this.#queue.includes(choice)) this.#startOrFail(choice, slots[i]);
      }
    }
  }

  #startOrFail(job: Job, slot: Slot): void {
    try {
      this.#start(job, slot);
    } catch (error) {
      // A task that cannot start must not affect the others.
      this.#abandon(job, ForetokenError.from(error));
    }
  }

  /** Removes `job` from the queue; returns false if it is not there. */
  #unqueue(job: Job): boolean {
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
    return at >= 0;
  }

  #start(job: Job, slot: Slot): void {
    const { prompt } = job.task;
    const now = this.#now();
    assert(slot.state.kind === 'idle', () => `slot ${slot.id} is busy`);
    const isFork = job.task.parent !== undefined;
    // A further choice starts from the first choice's cache, which does not exist yet.
    const idle = isFork ? holding(slot.state, []) : this.#caches.prepare(slot, slot.state, job.task);
    slot.state = idle;
    const reuse = this.#caches.reuse(slot, idle, job.task);
    const generation = new Generation(job.task, slot.id, reuse.nCached, now, this.#context);
    if (reuse.nExact < reuse.nCached) generation.markMoved(reuse.nExact);
    const state: BusyState = { kind: 'busy', job, generation };
    this.#unqueue(job);
    slot.state = state;
    this.#caches.move(slot, reuse);
    this.#decoder.truncate(slot.id, reuse.nCached);
    this.#caches.saveIdle(this.slots);
    const { id } = job.task;
    this.#context.log(
      `slot ${slot.id}: task ${id} starts, ${reuse.nCached} of ${prompt.length} tokens cached`,
    );
    job.onEvent({ kind: 'started', generation });
    if (prompt.length === 0 && this.#isRunning(state)) this.#finish(state);
  }

  async #step(batch: readonly BusyState[]): Promise<void> {
    let running = batch;
    let results: readonly StepResult[];
    try {
      for (const state of batch) this.#shiftIfFull(state);
      // Generations that cannot shift have ended, and with them the others of their requests.
      running = batch.filter(state => this.#isRunning(state));
      if (running.length === 0) return;
      const sequences = running.map(({ generation }) => generation.sequence);
      results = await this.#decoder.step(sequences, this.#sparePlaces());
      for (const [i, state] of running.entries()) this.#fork(state, results[i]);
    } catch (error) {
      this.#failAll(running, ForetokenError.from(error));
      return;
    }
    const now = this.#now();
    this.#metrics.stepped(results);
    for (const [i, state] of running.entries()) {
      try {
        this.#advance(state, results[i], now);
      } catch (error) {
        // An error in the text of one answer must not affect the others.
        this.#abandon(state.job, ForetokenError.from(error));
      }
    }
  }

  #advance(state: BusyState, result: StepResult, now: number): void {
    const { generation, job } = state;
    // A listener may cancel jobs, and this job may have been cancelled during the step.
    if (!this.#isRunning(state)) return;
    for (const event of generation.advance(result, now)) {
      job.onEvent({ ...event, generation });
      if (!this.#isRunning(state)) return;
    }
    if (generation.isOver) this.#finish(state);
  }

  /** Returns a function that empties one idle slot per call, the least recently released first; false if none is left. */
  #sparePlaces(): () => boolean {
    const idle = idleSlots(this.slots);
    return () => {
      const slot = idle.shift();
      if (slot?.state.kind !== 'idle') return false;
      slot.state = holding(slot.state, []);
      this.#decoder.truncate(slot.id, 0);
      return true;
    };
  }

  /** Keeps the place behind a prompt that was completed in this step, and lets its other choices continue from there. */
  #fork(state: BusyState, { nPrompt, sampled }: StepResult): void {
    if (nPrompt === 0 || sampled.length === 0 || !this.#isRunning(state)) return;
    const { slot, nPast } = state.generation.sequence;
    this.#caches.keepPlace(this.slots[slot], nPast);
    for (const { job, generation } of this.#running()) {
      if (job.task.parent !== state.job.task) continue;
      this.#decoder.fork(state.generation.sequence, generation.sequence);
      generation.markForked(state.generation);
    }
  }

  #shiftIfFull({ job, generation }: BusyState): void {
    const { sequence, task } = generation;
    const { nCtx, ctxShift, tokenizer } = this.#context;
    if (!ctxShift || isEmbedded(sequence) || sequence.tokens.length < nCtx) return;
    if (task.params.nCmpl > 1) {
      this.#abandon(job, new ForetokenError('internal', 'context shift cannot be used for shared prompt'));
      return;
    }
    const { keep, discard } = contextShift(sequence.nPast, nCtx, {
      nKeep: task.params.nKeep,
      nDiscard: task.params.nDiscard,
      nPrompt: task.prompt.length,
      addBos: tokenizer.addBos,
    });
    this.#decoder.shift(sequence, keep, discard);
    generation.markShifted(keep);
  }

  #isRunning(state: BusyState): boolean {
    return this.slots.some(slot => slot.state === state);
  }

  #finish(state: BusyState): void {
    this.#release(state);
    state.job.onEvent({ kind: 'finished', generation: state.generation });
  }

  #release({ generation }: BusyState): void {
    this.#nReleased++;
    const { task, sequence, sampled, stopType } = generation;
    this.#context.log(`slot ${sequence.slot}: task ${task.id} ends, ${sampled.length} tokens, ${stopType}`);
    this.#metrics.finished(generation.timings);
    this.slots[generation.sequence.slot].state = {
      kind: 'idle',
      // As in llama-server, only the first choice's cache is kept.
      cached: task.parent ? [] : generation.reusableTokens,
      cells: task.parent ? [] : generation.cachedTokens,
      last: generation,
      releasedAt: this.#nReleased,
    };
  }

  #abandon(job: Job, error: ForetokenError): void {
    const state = this.#running().find(candidate => candidate.job === job);
    if (state) this.#release(state);
    else if (!this.#unqueue(job)) return;
    try {
      job.onEvent({ kind: 'failed', error });
    } catch {
      // An error of the failure listener has no receiver, and the loop must continue for the other jobs.
    }
  }

  /** Handles a failed step: the state of its slots' caches is unknown. */
  #failAll(running: readonly BusyState[], error: ForetokenError): void {
    for (const { job, generation } of running) {
      this.#abandon(job, error);
      const slot = this.slots[generation.sequence.slot];
      if (slot.state.kind === 'idle') slot.state = holding(slot.state, []);
    }
  }
}

function closedError(): ForetokenError {
  return new ForetokenError('closed', 'The server is closed; create a new one');
}
