import { ForetokenError } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { branchOf } from '../conversation/branch.ts';
import { type ChatAction, current } from '../conversation/chatState.ts';
import { modelNames } from '../engine/choices.ts';
import type { Engine } from '../engine/engine.ts';
import { OneRun } from '../oneRun.ts';
import type { Action, State } from '../state.ts';
import { chatRequest, seedOf } from './requests.ts';
import { streamChat } from './streamChat.ts';

/** Asks the engine for answers to the conversation that is shown, one at a time. Reports only to the store. */
export class Chat {
  readonly #store: Store<State, Action>;
  readonly #engine: Pick<Engine, 'ready'>;
  readonly #run = new OneRun();

  constructor(store: Store<State, Action>, engine: Pick<Engine, 'ready'>) {
    this.#store = store;
    this.#engine = engine;
  }

  /** Sends what the composer holds, or `text`. */
  async send(text?: string): Promise<void> {
    if (this.#run.isRunning) return;
    if (text !== undefined) this.#dispatch({ type: 'compose', text });
    const { composer } = this.#store.state.chat;
    if (composer.text.trim() === '' && composer.attachments.length === 0) return;
    this.#dispatch({ type: 'send', id: crypto.randomUUID(), now: Date.now() });
    await this.answer(current(this.#store.state.chat).leaf);
  }

  /** Answers the message `parent`, beside the answers that it has. */
  async answer(parent: string | null): Promise<void> {
    if (this.#run.isRunning) return;
    this.#dispatch({ type: 'answer', id: crypto.randomUUID(), parent, now: Date.now() });
    await this.#run.start(signal => this.#ask(signal));
  }

  /** Goes on with the last answer. */
  async continue(id: string): Promise<void> {
    if (this.#run.isRunning) return;
    this.#dispatch({ type: 'continue', id });
    await this.#run.start(signal => this.#ask(signal));
  }

  /** Replaces the text of a message, on a branch of its own, and answers it if it is the user's. */
  async edit(id: string, text: string): Promise<void> {
    if (this.#run.isRunning) return;
    const newId = crypto.randomUUID();
    this.#dispatch({ type: 'edited', id, newId, text, now: Date.now() });
    const { messages } = current(this.#store.state.chat);
    if (messages.find(message => message.id === newId)?.role === 'user') await this.answer(newId);
  }

  /** Gives the result of a tool call, and answers when every call has one. */
  async giveResult(callId: string, text: string): Promise<void> {
    if (this.#run.isRunning) return;
    this.#dispatch({ type: 'toolResult', id: crypto.randomUUID(), callId, text, now: Date.now() });
    const turns = branchOf(current(this.#store.state.chat)).map(({ message }) => message);
    const answer = turns.findLast(message => message.role === 'assistant');
    const given = new Set(turns.map(message => (message.role === 'tool' ? message.callId : '')));
    if (answer?.toolCalls.every(({ id }) => given.has(id))) await this.answer(turns.at(-1)?.id ?? null);
  }

  stop(): void {
    this.#run.stop();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { system, settings, ...conversation } = current(this.#store.state.chat);
    const messages = branchOf(conversation).map(({ message }) => message);
    try {
      const server = await this.#engine.ready(signal);
      const { model, nCtx, nSlots } = server.report;
      const seed = seedOf(settings);
      const models = modelNames(this.#store.state.engine.choices);
      this.#dispatch({ type: 'asked', model: model.name, request: { system, settings, seed, models } });
      const body = chatRequest({ system, settings, seed }, messages);
      for await (const event of streamChat(
        { fetch: server.fetch, nCtx: Math.floor(nCtx / nSlots) },
        body,
        signal,
      )) {
        this.#dispatch({ type: 'received', event });
      }
      this.#dispatch({ type: 'ended', end: null, now: Date.now() });
    } catch (error) {
      const end = signal.aborted ? 'stopped' : ForetokenError.from(error).toWire();
      this.#dispatch({ type: 'ended', end, now: Date.now() });
    }
  }

  #dispatch(action: ChatAction): void {
    this.#store.dispatch({ of: 'chat', ...action });
  }
}
