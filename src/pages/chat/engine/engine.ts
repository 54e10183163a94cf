import {
  type CreateServerOptions,
  type createServer,
  type Foretoken,
  ForetokenError,
  type ServerReport,
} from '../../../client/index.ts';
import type { Store } from '../../frame/store.ts';
import { storeAccess } from '../models/access.ts';
import { CHAT_FIELDS } from '../settings/fields.ts';
import type { Action, State } from '../state.ts';
import { BUNDLED_ADDRESS, type ModelChoices, sourceOf } from './choices.ts';

/** Format of chats with the bundled model, which knows no conversation: it goes on with the story told so far. */
const STORY_TEMPLATE = `{%- for message in messages if message.role != 'system' -%}
{%- if not loop.first and message.role == 'user' %}{{ ' ' }}{% endif -%}
{{- message.content -}}
{%- endfor -%}`;

/** Time after a lost device in which another loss is reported instead of loading again, in milliseconds. */
const STEADY_MS = 60_000;

interface Load {
  readonly abort: AbortController;
  readonly server: Promise<Foretoken>;
}

/** Loads the chosen models and keeps the server that answers. Reports only to the store. */
export class Engine {
  readonly #store: Store<State, Action>;
  readonly #createServer: typeof createServer;
  readonly #onLoaded: () => void;
  #load: Load | null = null;
  #server: Foretoken | null = null;
  #lostAt = Number.NEGATIVE_INFINITY;

  /** Calls `onLoaded` after every load, whether it succeeded or not. */
  constructor(store: Store<State, Action>, create: typeof createServer, onLoaded: () => void) {
    this.#store = store;
    this.#createServer = create;
    this.#onLoaded = onLoaded;
  }

  /** Loaded server; null while none is. */
  get server(): Foretoken | null {
    return this.#server;
  }

  /** Loads the chosen models, replacing the current ones. Rejects as `createServer` does. */
  async load(): Promise<ServerReport> {
    this.#load?.abort.abort();
    const abort = new AbortController();
    const server = this.#open(abort.signal);
    this.#load = { abort, server };
    return (await server).report;
  }

  /** Like `load`, for callers that watch the store. */
  reload(): void {
    this.load().catch(() => {});
  }

  /** Chooses models and loads them. The result is in the store. */
  choose(choices: ModelChoices): void {
    this.#store.dispatch({ of: 'engine', type: 'choose', choices });
    this.reload();
  }

  /** Loads the chosen target without a draft model. */
  withoutDraft(): void {
    this.choose({ ...this.#store.state.engine.choices, draft: { kind: 'none' } });
  }

  /** Server of the models that are chosen, once they are loaded. Rejects as `load` does, and with the signal's reason. */
  async ready(signal: AbortSignal): Promise<Foretoken> {
    for (;;) {
      const load = this.#load;
      if (!load) throw new ForetokenError('closed', 'No model is loaded: choose one');
      try {
        return await Promise.race([load.server, rejection(signal)]);
      } catch (error) {
        // A later load has replaced this one.
        if (signal.aborted || load === this.#load) throw error;
      }
    }
  }

  async #open(signal: AbortSignal): Promise<Foretoken> {
    this.#store.dispatch({ of: 'engine', type: 'load', now: performance.now() });
    try {
      const before = this.#server;
      this.#server = null;
      await before?.close();
      const server = await this.#createServer(this.#options(signal));
      if (signal.aborted) await server.close();
      signal.throwIfAborted();
      this.#server = server;
      void server.lost.then(error => this.#lost(server, error));
      this.#store.dispatch({ of: 'engine', type: 'loaded', report: server.report });
      this.#store.dispatch({ of: 'models', type: 'adapter', adapter: server.report.adapter });
      return server;
    } catch (error) {
      // Ignore the failure of a load that a later one replaced.
      if (!signal.aborted) {
        this.#store.dispatch({ of: 'engine', type: 'failed', error: ForetokenError.from(error) });
      }
      throw error;
    } finally {
      this.#onLoaded();
    }
  }

  /** Loads again what a lost device took, unless that just happened. */
  #lost(server: Foretoken, error: ForetokenError): void {
    if (server !== this.#server) return;
    const now = performance.now();
    const isSteady = now - this.#lostAt > STEADY_MS;
    this.#lostAt = now;
    if (isSteady) {
      const notice =
        'The GPU went away for a moment. The models are being loaded again; nothing you wrote is lost.';
      this.#store.dispatch({ of: 'view', view: { notice } });
      this.reload();
    } else this.#store.dispatch({ of: 'engine', type: 'failed', error });
  }

  #options(signal: AbortSignal): CreateServerOptions {
    const { engine, models } = this.#store.state;
    const { choices, settings } = engine;
    const { nCtx, ...others } = settings;
    const draft = sourceOf('draft', choices.draft);
    const ctx = choices.nCtx ?? nCtx;
    return {
      model: sourceOf('target', choices.target) ?? BUNDLED_ADDRESS.target,
      // Without a draft model the text itself drafts, and an MTP head if the model's file has one.
      ...(draft === null ? { specType: ['ngram-simple', 'draft-mtp'] } : { modelDraft: draft }),
      ...(choices.target.kind === 'bundled' ? { chatTemplate: STORY_TEMPLATE } : {}),
      ...(ctx > 0 ? { nCtx: ctx } : {}),
      ...others,
      ...storeAccess(models.access),
      // The table says what a request leaves to the server.
      draftMax: CHAT_FIELDS.draft_max.default,
      // Keeps models that have an address in the browser, so that the next visit does not download them.
      store: true,
      signal,
      onProgress: progress => {
        if (signal.aborted) return;
        this.#store.dispatch({ of: 'engine', type: 'progress', progress, now: performance.now() });
      },
    };
  }
}

/** Rejects with the signal's reason when it aborts. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
