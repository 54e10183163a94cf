import {
  type createServer,
  type Foretoken,
  ForetokenError,
  type ModelFiles,
  type ServerReport,
} from '../../client/index.ts';
import type { Store } from '../frame/store.ts';
import { completionRequest } from './request.ts';
import type { Action, ModelChoice, Role, State } from './state.ts';

const BUNDLED: Readonly<Record<Role, string>> = {
  target: 'models/foretoken-stories-moe-q4_0.gguf',
  draft: 'models/foretoken-stories-draft-q4_0.gguf',
};

/** Executes the page's actions: loads, runs, stops. Reports only to the store. */
export class Session {
  readonly #store: Store<State, Action>;
  readonly #createServer: typeof createServer;
  readonly #onLoaded: () => void;
  #server: Foretoken | null = null;
  #loading: AbortController | null = null;
  #running: AbortController | null = null;

  /** Calls `onLoaded` after every load, whether it succeeded or not. */
  constructor(store: Store<State, Action>, create: typeof createServer, onLoaded: () => void) {
    this.#store = store;
    this.#createServer = create;
    this.#onLoaded = onLoaded;
  }

  /** Loaded server, for the console and for tests. */
  get server(): Foretoken | null {
    return this.#server;
  }

  /** Loads the chosen models, replacing the current ones. Rejects as `createServer` does. */
  async load(): Promise<ServerReport> {
    this.stop();
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#store.dispatch({ type: 'load', now: performance.now() });
    try {
      await this.#close();
      const server = await this.#createServer(this.#options(loading.signal));
      if (loading.signal.aborted) await server.close();
      loading.signal.throwIfAborted();
      this.#server = server;
      void server.lost.then(error => this.#lost(server, error));
      this.#store.dispatch({ type: 'loaded', report: server.report });
      return server.report;
    } catch (error) {
      // Ignore the failure of a load that a later one replaced.
      if (!loading.signal.aborted) {
        this.#store.dispatch({ type: 'engineFailed', error: ForetokenError.from(error) });
      }
      throw error;
    } finally {
      this.#onLoaded();
    }
  }

  /** Chooses models and loads them. The result is in the store. */
  choose(choices: Partial<Record<Role, ModelChoice>>): void {
    if (choices.target) this.#store.dispatch({ type: 'choose', role: 'target', choice: choices.target });
    if (choices.draft) this.#store.dispatch({ type: 'choose', role: 'draft', choice: choices.draft });
    this.reload();
  }

  /** Like `load`, for callers that watch the store. */
  reload(): void {
    this.load().catch(() => {});
  }

  /** Runs the prompt; the text goes to the store. */
  async run(): Promise<void> {
    const server = this.#server;
    const { engine, prompt, settings } = this.#store.state;
    if (!server || engine.kind !== 'ready' || this.#running) return;
    const running = new AbortController();
    this.#running = running;
    this.#store.dispatch({ type: 'run', now: performance.now() });
    try {
      const request = completionRequest(prompt, settings);
      for await (const event of server.completion(request, { signal: running.signal })) {
        this.#store.dispatch({ type: 'event', event, now: performance.now() });
      }
    } catch (error) {
      this.#store.dispatch(
        running.signal.aborted
          ? { type: 'stopped' }
          : { type: 'runFailed', error: ForetokenError.from(error) },
      );
    } finally {
      this.#running = null;
    }
  }

  stop(): void {
    this.#running?.abort();
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }

  #lost(server: Foretoken, error: ForetokenError): void {
    if (server === this.#server) this.#store.dispatch({ type: 'engineFailed', error });
  }

  #options(signal: AbortSignal): Parameters<typeof createServer>[0] {
    const { models, settings } = this.#store.state;
    const draft = source('draft', models.draft);
    return {
      model: source('target', models.target) ?? BUNDLED.target,
      ...(draft === null ? {} : { modelDraft: draft }),
      nCtx: settings.nCtx,
      nSlots: settings.nSlots,
      // Keeps models that have an address in the browser, so that the next visit does not download them.
      store: true,
      signal,
      onProgress: progress => {
        if (!signal.aborted) this.#store.dispatch({ type: 'progress', progress, now: performance.now() });
      },
    };
  }
}

function source(role: Role, choice: ModelChoice): ModelFiles | null {
  switch (choice.kind) {
    case 'bundled':
      return BUNDLED[role];
    case 'files':
      return choice.files;
    case 'url':
      return choice.url;
    case 'none':
      return null;
  }
}
