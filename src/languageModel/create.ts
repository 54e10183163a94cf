import { abortable } from '../client/abortable.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { type ChatServer, countTokens, prefill, readDefaults } from './chat.ts';
import { Conversation } from './conversation.ts';
import { domError, fromServer, quotaExceeded } from './errors.ts';
import { readPrompt } from './messages.ts';
import { Monitor } from './monitor.ts';
import { isSupported, MAX_TEMPERATURE, MAX_TOP_K, readSettings } from './options.ts';
import { Session } from './session.ts';
import type { LanguageModelApi, LanguageModelCreateOptions } from './shape.ts';

/** Server, or function that loads one when the first session is created; its argument goes to `createServer`. */
export type LanguageModelServer =
  | ChatServer
  | ((options: { readonly onProgress: (progress: LoadProgress) => void }) => Promise<ChatServer>);

/**
 * Creates a stand-in for the browser's `LanguageModel`:
 * `const LM = globalThis.LanguageModel ?? createLanguageModel(server)`. Sessions share the server, which the caller closes.
 */
export function createLanguageModel(source: LanguageModelServer): LanguageModelApi {
  const engine = new Engine(source);
  return {
    async availability(options = {}) {
      return isSupported(options) ? engine.availability : 'unavailable';
    },
    async params() {
      const { temperature, topK } = engine.server ? await readDefaults(engine.server) : UPSTREAM_DEFAULTS;
      return {
        defaultTemperature: temperature,
        maxTemperature: MAX_TEMPERATURE,
        defaultTopK: topK,
        maxTopK: MAX_TOP_K,
      };
    },
    async create(options = {}) {
      try {
        return await createSession(engine, options);
      } catch (error) {
        throw fromServer(error);
      }
    },
  };
}

const UPSTREAM_DEFAULTS = { temperature: 0.8, topK: 40 };

async function createSession(engine: Engine, options: LanguageModelCreateOptions): Promise<Session> {
  const { initialPrompts = [], monitor, signal } = options;
  signal?.throwIfAborted();
  if (!isSupported(options)) throw domError('NotSupportedError', 'Foretoken reads and writes text only');
  const messages = initialPrompts.length === 0 ? [] : readPrompt(initialPrompts, true);
  if (messages.some(message => message.role === 'assistant' && message.prefix)) {
    throw domError('SyntaxError', 'prefix belongs to a prompt that is answered, not to initialPrompts');
  }
  const listener = new Monitor();
  monitor?.(listener);
  const server = await abortable(
    engine.load(fraction => signal?.aborted || listener.report(fraction)),
    signal,
  );
  listener.report(1);

  const defaults = await readDefaults(server);
  const settings = readSettings(options, defaults);
  const { tools, contextWindow } = settings;
  const patience = signal ?? new AbortController().signal;
  const usage = await countTokens(server, { messages, tools }, false, patience);
  if (usage >= contextWindow) throw quotaExceeded(usage, contextWindow);
  await prefill(server, { messages, tools }, patience);
  const session = new Session(server, settings, new Conversation(messages), usage);
  signal?.addEventListener('abort', () => session.destroy(signal.reason), { once: true });
  return session;
}

/** Server that is there or is loaded once, by whoever asks first. */
class Engine {
  readonly #source: LanguageModelServer;
  readonly #listeners = new Set<(fraction: number) => void>();
  #loading: Promise<ChatServer> | null = null;
  #server: ChatServer | null;

  constructor(source: LanguageModelServer) {
    this.#source = source;
    this.#server = typeof source === 'function' ? null : source;
  }

  get server(): ChatServer | null {
    return this.#server;
  }

  get availability(): 'available' | 'downloadable' | 'downloading' {
    if (this.#server) return 'available';
    return this.#loading ? 'downloading' : 'downloadable';
  }

  /** Reports the fraction of the model that is loaded, from 0. A load that failed is begun anew by the next call. */
  async load(onFraction: (fraction: number) => void): Promise<ChatServer> {
    onFraction(0);
    if (this.#server) return this.#server;
    this.#listeners.add(onFraction);
    this.#loading ??= this.#start();
    return this.#loading;
  }

  async #start(): Promise<ChatServer> {
    try {
      if (typeof this.#source !== 'function') return this.#source;
      this.#server = await this.#source({ onProgress: progress => this.#report(progress) });
      return this.#server;
    } finally {
      this.#loading = null;
      this.#listeners.clear();
    }
  }

  #report({ model, loadedBytes, totalBytes }: LoadProgress): void {
    if (model !== 'target' || totalBytes === 0) return;
    for (const listener of this.#listeners) listener(loadedBytes / totalBytes);
  }
}
