import { proxy, type Remote, transfer, wrap } from 'comlink';
import { type Caller, callOverPort } from '../protocol/channel.ts';
import type { MemoryEstimate } from '../protocol/estimate.ts';
import type { Exchange } from '../protocol/exchange.ts';
import type { LoadProgress, ServerReport } from '../protocol/serverReport.ts';
import type { StoreApi } from '../protocol/store.ts';
import type { Counters, Outcome, WireOptions, WorkerApi } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';
import { abortable } from './abortable.ts';

/** Part of `Worker` that a connection needs. */
export interface WorkerPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
  terminate(): void;
}

/** Way to start the worker: gives it to `run`, and keeps its script in reach until that has ended. */
export interface Attempt {
  /** Origin of the script, for the error. */
  readonly from: string;
  readonly start: <T>(run: (worker: WorkerPort) => Promise<T>) => Promise<T>;
}

/** Time for the script to come and to answer; a script that is not Foretoken's never does. */
const START_LIMIT_MS = 60_000;

/** Time for the worker to free its resources. It waits for the current step, which never ends if the GPU hangs. */
const CLOSE_GRACE_MS = 3_000;

/** Owns one worker from its start to its end. After a crash or `close` all pending calls reject. */
export class Connection {
  readonly #worker: WorkerPort;
  readonly #api: Remote<WorkerApi>;
  readonly #exchanges = new MessageChannel();
  readonly #caller: Caller = callOverPort(this.#exchanges.port1);
  readonly #crash = new AbortController();
  readonly #closed = new AbortController();
  #hasStarted = false;

  /**
   * Resolves when the worker of the first attempt that succeeds answers. A worker that comes after `signal` has aborted is terminated.
   *
   * @throws ForetokenError `worker_failed`, with the reason of every attempt; the signal's reason
   */
  static async open(attempts: readonly Attempt[], signal?: AbortSignal): Promise<Connection> {
    const failures: string[] = [];
    for (const { from, start } of attempts) {
      const late = AbortSignal.timeout(START_LIMIT_MS);
      const ended = AbortSignal.any(signal ? [signal, late] : [late]);
      try {
        return await abortable(
          start(worker => Connection.#over(worker, ended)),
          ended,
        );
      } catch (error) {
        signal?.throwIfAborted();
        const silence = `no answer within ${START_LIMIT_MS / 1000} s`;
        failures.push(`${from}: ${late.aborted ? silence : ForetokenError.from(error).message}`);
      }
    }
    throw new ForetokenError(
      'worker_failed',
      `the worker did not start (${failures.join('; ')}); serve the script foretoken/worker from the page's own origin, and give the option worker: () => new Worker(address, { type: 'module' })`,
    );
  }

  /** Connects to a worker, and terminates it if it does not answer before `ended` aborts. */
  static async #over(worker: WorkerPort, ended: AbortSignal): Promise<Connection> {
    const connection = new Connection(worker);
    try {
      await abortable(connection.#connected(), ended);
      return connection;
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  private constructor(worker: WorkerPort) {
    this.#worker = worker;
    this.#api = wrap<WorkerApi>(worker);
    worker.addEventListener('error', event => this.#crashed(event));
    worker.addEventListener('messageerror', event => this.#crashed(event));
  }

  /** Resolves when the worker has answered, which only Foretoken's script does. */
  async #connected(): Promise<void> {
    const { port2 } = this.#exchanges;
    await abortable(this.#api.connect(transfer(port2, [port2])), this.#crash.signal);
    this.#hasStarted = true;
  }

  load(
    options: WireOptions,
    onProgress: (progress: LoadProgress) => void,
    onLog: (line: string) => void,
  ): Promise<ServerReport> {
    return this.#call(this.#api.load(options, proxy(onProgress), proxy(onLog)));
  }

  estimate(options: WireOptions): Promise<MemoryEstimate> {
    return this.#call(this.#api.estimate(options));
  }

  counters(): Promise<Counters> {
    return this.#call(this.#api.counters());
  }

  /** Aborts when the worker has crashed. */
  get crash(): AbortSignal {
    return this.#crash.signal;
  }

  /** Calls a method of the model store in the worker. */
  store<T>(method: (api: Remote<StoreApi>) => Promise<Outcome<T>>): Promise<T> {
    return this.#call(method(this.#api));
  }

  /** Resolves when the GPU device is lost or the worker has crashed. */
  async lost(): Promise<ForetokenError> {
    try {
      return ForetokenError.fromWire(await abortable(this.#api.lost(), this.#crash.signal));
    } catch (error) {
      return ForetokenError.from(error);
    }
  }

  get exchange(): Exchange {
    return this.#caller.exchange;
  }

  /** Ends every request, frees the GPU and terminates the worker; may be called more than once. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#end(this.#closed, new ForetokenError('closed', 'the server is closed; create another one'));
    // After a crash the worker does not answer; the browser frees its resources on termination.
    const patience = AbortSignal.any([this.#crash.signal, AbortSignal.timeout(CLOSE_GRACE_MS)]);
    await abortable(this.#api.close(), patience).catch(() => {});
    this.#worker.terminate();
  }

  /** Terminates the worker without asking it to clean up; the browser frees its resources. */
  terminate(): void {
    this.#worker.terminate();
  }

  async #call<T>(reply: Promise<Outcome<T>>): Promise<T> {
    const outcome = await abortable(reply, AbortSignal.any([this.#closed.signal, this.#crash.signal]));
    if (outcome.kind === 'error') throw ForetokenError.fromWire(outcome.error);
    return outcome.value;
  }

  #crashed(event: Event): void {
    // A script that was not loaded gives an event without a message.
    const reason =
      'message' in event && event.message ? String(event.message) : 'the script could not be loaded';
    const message = this.#hasStarted
      ? `the worker stopped: ${reason}; create the server again, which a store does by itself`
      : reason;
    this.#end(this.#crash, new ForetokenError('internal', message));
    this.#worker.terminate();
  }

  /** Ends every request and call. */
  #end(how: AbortController, error: ForetokenError): void {
    how.abort(error);
    this.#caller.end(error);
    this.#exchanges.port1.close();
  }
}
