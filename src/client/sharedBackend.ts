import type { Exchange, ExchangeRequest } from '../protocol/exchange.ts';
import { receive } from '../protocol/receive.ts';
import { Replay } from '../protocol/replay.ts';
import { respond } from '../protocol/respond.ts';
import type { LoadProgress, ServerReport } from '../protocol/serverReport.ts';
import type { Counters } from '../protocol/worker.ts';
import { type Found, Guest } from '../tabs/guest.ts';
import { Host } from '../tabs/host.ts';
import { acquire, type Locks } from '../tabs/locks.ts';
import { ForetokenError } from '../util/errors.ts';
import { abortable } from './abortable.ts';
import type { Backend } from './foretoken.ts';

/** Loads the engine in this tab. `restarts` is the number of engines that the tabs had before. */
export type OpenEngine = (
  restarts: number,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
) => Promise<Backend>;

/** Request that returns the counters; it is no path of the server. */
const COUNTERS: ExchangeRequest = { method: 'GET', path: '/.foretoken/counters', headers: [], body: null };

/**
 * Engine that the tabs with the same key share. The tab that holds the lock of the key is the host: it owns the engine and
 * answers the others. When it goes, the next one gets the lock and loads the engine. Requests without a byte of a response are
 * then sent again.
 */
export class SharedBackend implements Backend {
  readonly lost: Promise<ForetokenError>;
  /** Resolves when the first engine is ready; rejects if this tab has to load it and cannot. */
  readonly ready: Promise<void>;
  readonly #locks: Locks;
  readonly #key: string;
  readonly #open: OpenEngine;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #replay = new Replay();
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #report: ServerReport | null = null;
  #restarts = -1;

  constructor(locks: Locks, key: string, open: OpenEngine, onProgress: (progress: LoadProgress) => void) {
    this.#locks = locks;
    this.#key = key;
    this.#open = open;
    this.#onProgress = onProgress;
    const [ready, lost] = [deferred<void>(), deferred<ForetokenError>()];
    this.ready = ready.promise;
    this.lost = lost.promise;
    this.#whenReady = ready.resolve;
    this.#running = this.#run().catch((reason: unknown) => {
      if (this.#closed.signal.aborted) return;
      const error = ForetokenError.from(reason);
      this.#replay.end(error);
      ready.reject(error);
      if (this.#report) lost.resolve(error);
    });
  }

  readonly #whenReady: () => void;

  /** Describes the engine that answers now, or did last. */
  get report(): ServerReport {
    if (!this.#report) throw new ForetokenError('loading', 'no engine is ready yet');
    return this.#report;
  }

  get exchange(): Exchange {
    return this.#replay.exchange;
  }

  async counters(): Promise<Counters> {
    const response = await receive(this.exchange, COUNTERS, this.#closed.signal);
    return response.json();
  }

  /** Leaves the engine to the other tabs. Frees the GPU if this one has it. */
  async close(): Promise<void> {
    const error = new ForetokenError('closed', 'the server is closed in this tab; connect again');
    this.#replay.end(error);
    this.#closed.abort(error);
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const free = await this.#visit();
      // The lock stays held until the engine of this tab is closed: two may not fit the GPU.
      try {
        await this.#lead();
      } finally {
        free();
      }
    }
  }

  /** Uses the engines of other tabs until this one has the lock. Resolves with the function that frees it. */
  async #visit(): Promise<() => void> {
    const guest = new Guest(this.#locks, this.#key, {
      found: host => this.#found(host, guest.exchange),
      gone: () => this.#replay.disconnect(engineGone()),
    });
    try {
      return await acquire(this.#locks, this.#key, this.#closed.signal);
    } finally {
      this.#replay.disconnect(engineGone());
      guest.close();
    }
  }

  /** Owns the engine until it is lost. Rejects if it cannot be loaded, or when this tab is closed. */
  async #lead(): Promise<void> {
    const { signal } = this.#closed;
    const host = await Host.open(this.#locks, this.#key, ++this.#restarts);
    let engine: Backend | undefined;
    try {
      const onProgress = (progress: LoadProgress) => {
        host.loading(progress);
        this.#onProgress(progress);
      };
      engine = await this.#open(this.#restarts, onProgress, signal);
      host.ready(engine.report, withCounters(engine));
      this.#connected(engine.report, withCounters(engine));
      await abortable(engine.lost, signal);
    } finally {
      this.#replay.disconnect(engineGone());
      await engine?.close();
      host.close();
    }
  }

  #found({ state, restarts }: Found, exchange: Exchange): void {
    this.#restarts = restarts;
    if (state.kind === 'ready') this.#connected(state.report, exchange);
    else if (state.progress) this.#onProgress(state.progress);
  }

  #connected(report: ServerReport, exchange: Exchange): void {
    this.#report = report;
    this.#replay.connect(exchange);
    this.#whenReady();
  }
}

/** Answers the request for the counters as well. */
function withCounters(engine: Backend): Exchange {
  const counters = respond(async () => Response.json(await engine.counters()));
  return (request, deliver) =>
    (request.path === COUNTERS.path ? counters : engine.exchange)(request, deliver);
}

function engineGone(): ForetokenError {
  return new ForetokenError(
    'device_lost',
    'the tab that owned the engine closed, or lost its GPU, during this request; send it again',
  );
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
