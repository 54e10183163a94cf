import { ForetokenError } from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { completionRequest, seedOf } from '../answer/requests.ts';
import { current } from '../conversation/chatState.ts';
import { modelNames } from '../engine/choices.ts';
import type { Engine } from '../engine/engine.ts';
import { OneRun } from '../oneRun.ts';
import type { Action, State } from '../state.ts';
import { type CompleteAction, promptWith } from './completeState.ts';

/** Alternatives to every token that a run asks for. */
const N_ALTERNATIVES = 5;

/** Completes the prompt of the second tab. Reports only to the store. */
export class Completer {
  readonly #store: Store<State, Action>;
  readonly #engine: Pick<Engine, 'ready'>;
  readonly #run = new OneRun();

  constructor(store: Store<State, Action>, engine: Pick<Engine, 'ready'>) {
    this.#store = store;
    this.#engine = engine;
  }

  run(): Promise<void> {
    return this.#run.start(signal => this.#complete(signal));
  }

  /** Writes the last run again, with an alternative to the piece at `index`. */
  async branch(index: number, alternative: string): Promise<void> {
    const { run } = this.#store.state.complete;
    if (this.#run.isRunning || !run) return;
    this.#dispatch({ type: 'prompt', prompt: promptWith(run, index, alternative) });
    await this.run();
  }

  stop(): void {
    this.#run.stop();
  }

  async #complete(signal: AbortSignal): Promise<void> {
    const { complete, chat } = this.#store.state;
    const { settings } = current(chat);
    const seed = seedOf(settings);
    this.#dispatch({ type: 'run', now: performance.now() });
    try {
      const server = await this.#engine.ready(signal);
      const models = modelNames(this.#store.state.engine.choices);
      this.#dispatch({ type: 'asked', request: { settings, seed, models } });
      const nProbs = complete.showsOdds ? N_ALTERNATIVES : 0;
      const request = completionRequest(complete.prompt, { settings, seed }, nProbs);
      for await (const event of server.completion(request, { signal })) {
        this.#dispatch({ type: 'event', event, now: performance.now() });
      }
    } catch (error) {
      this.#dispatch(
        signal.aborted ? { type: 'stopped' } : { type: 'failed', error: ForetokenError.from(error) },
      );
    }
  }

  #dispatch(action: CompleteAction): void {
    this.#store.dispatch({ of: 'complete', ...action });
  }
}
