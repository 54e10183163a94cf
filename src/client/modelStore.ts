import { proxy, transfer } from 'comlink';
import type { ModelFiles } from '../protocol/options.ts';
import type { StoreAccess, StoredModel, StoreProgress, StoreUsage, VerifyReport } from '../protocol/store.ts';
import { ForetokenError } from '../util/errors.ts';
import { abortable } from './abortable.ts';
import { checkCall, wrongKind } from './arguments.ts';
import { Connection } from './connection.ts';
import { listenerOf } from './listener.ts';
import { askToPersist } from './persist.ts';
import { wireSource } from './source.ts';
import { attemptsOf, type StartWorker } from './spawn.ts';

/** Options of a `ModelStore`. */
export interface ModelStoreOptions extends StoreAccess {
  /** Starts the worker, see the option of `createServer`. */
  readonly worker?: () => Worker | Promise<Worker>;
}

/** Options of calls that take long; an access to the Hub is taken in place of the store's. */
export interface StoreCallOptions extends StoreAccess {
  /** Ends the call, which then rejects with the signal's reason; what came stays for the next call. */
  readonly signal?: AbortSignal;
  /** Called several times a second. */
  readonly onProgress?: (progress: StoreProgress) => void;
}

/**
 * Models in this browser's storage of the site, where `createServer({ store: true })` finds them. All tabs share them. It has a
 * worker from the first call to `close()`. Methods reject with a `ForetokenError`, `store_unavailable` among others.
 */
export class ModelStore {
  readonly #access: StoreAccess;
  readonly #worker: StartWorker | undefined;
  #connecting: Promise<Connection> | null = null;

  /** Throws `invalid_option`. */
  constructor(options: ModelStoreOptions = {}) {
    checkCall(options);
    const { worker, ...access } = options;
    checkAccess(access, ['worker']);
    this.#worker = worker;
    this.#access = access;
  }

  /** All models, also incomplete ones; the one that was used last comes first. */
  async list(): Promise<readonly StoredModel[]> {
    return (await this.#connection()).store(api => api.listModels());
  }

  /**
   * Resolves when the model is stored as it is at its source. Continues a download that ended early, fetches a file anew that has
   * changed, and shares the download with other tabs. Its size is compared with its header, its SHA-256 with the Hub's or with the
   * one of `{ url, sha256 }`.
   *
   * Rejects with `fetch_failed`, `invalid_gguf`, `unsupported_model`, `digest_mismatch`, `quota_exceeded`, `invalid_option`.
   */
  async add(source: ModelFiles, options: StoreCallOptions = {}): Promise<StoredModel> {
    const wire = wireSource(source, 'source');
    return this.#long(options, (connection, access, onProgress, abort) => {
      askToPersist();
      return connection.store(api => api.addModel(wire, access, onProgress, abort));
    });
  }

  /**
   * Reads a model, compares each of its chunks with the checksum that it had when it came, and fetches damaged ones again. Rejects with
   * `not_found`, and `fetch_failed` if they cannot be fetched.
   */
  verify(id: string, options: StoreCallOptions = {}): Promise<VerifyReport> {
    return this.#long(options, (connection, access, onProgress, abort) =>
      connection.store(api => api.verifyModel(id, access, onProgress, abort)),
    );
  }

  /** Rejects with `not_found`, or with `in_use` while a tab downloads or loads the model. */
  async delete(id: string): Promise<void> {
    await (await this.#connection()).store(api => api.deleteModel(id));
  }

  /** Keeps a model when another one needs room; without a pin the one that was used longest ago makes room. */
  async pin(id: string): Promise<void> {
    await (await this.#connection()).store(api => api.pinModel(id, true));
  }

  /** Takes the pin off a model. */
  async unpin(id: string): Promise<void> {
    await (await this.#connection()).store(api => api.pinModel(id, false));
  }

  /** Returns how many bytes the models take, and how many the browser grants. */
  async usage(): Promise<StoreUsage> {
    return (await this.#connection()).store(api => api.storeUsage());
  }

  /** Ends the worker, and with it all calls. A later call starts another one. */
  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = null;
    const connection = await connecting?.catch(() => null);
    await connection?.close();
  }

  #connection(): Promise<Connection> {
    if (this.#connecting === null) {
      const connecting = Connection.open(attemptsOf(this.#worker));
      this.#connecting = connecting;
      // The call after a failure or a crash starts another worker.
      const forget = () => {
        if (this.#connecting === connecting) this.#connecting = null;
      };
      connecting.then(({ crash }) => crash.addEventListener('abort', forget), forget);
    }
    return this.#connecting;
  }

  async #long<T>(
    options: StoreCallOptions,
    call: (
      connection: Connection,
      access: StoreAccess,
      onProgress: (progress: StoreProgress) => void,
      abort: MessagePort,
    ) => Promise<T>,
  ): Promise<T> {
    checkCall(options);
    const { signal, onProgress, ...given } = options;
    checkAccess(given, ['signal', 'onProgress']);
    const access = Object.keys(given).length > 0 ? given : this.#access;
    signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    // The message waits in the port until the worker reads it.
    const onAbort = () => port1.postMessage(null);
    signal?.addEventListener('abort', onAbort);
    try {
      const connection = await abortable(this.#connection(), signal);
      return await abortable(
        call(connection, access, proxy(listenerOf(onProgress)), transfer(port2, [port2])),
        signal,
      );
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (!signal?.aborted) port1.close();
    }
  }
}

/** Names of the options that go to the worker. */
const ACCESS: readonly (keyof StoreAccess)[] = ['hfEndpoint', 'hfToken'];

/** Throws `invalid_option` for an option that is not among these and `others`, and for one that is no text. */
function checkAccess(access: StoreAccess, others: readonly string[]): void {
  const known: readonly string[] = ACCESS;
  for (const [name, value] of Object.entries(access)) {
    if (!known.includes(name)) {
      throw new ForetokenError(
        'invalid_option',
        `unknown option ${name}; the options are ${[...others, ...known].join(', ')}`,
      );
    }
    if (value !== undefined && typeof value !== 'string') throw wrongKind(name, 'a text', value);
  }
}
