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

  /** Starts a worker. One that comes after `signal` has aborted is terminated. */
  static async open(
    spawn: () => WorkerPort | Promise<WorkerPort>,
    signal?: AbortSignal,
  ): Promise<Connection> {
    const starting = Promise.resolve(spawn());
    try {
      return new Connection(await abortable(starting, signal));
    } catch (error) {
      starting.then(worker => worker.terminate()).catch(() => {});
      throw error;
    }
  }

  constructor(worker: WorkerPort) {
    this.#worker = worker;
    this.#api = wrap<WorkerApi>(worker);
    const { port2 } = this.#exchanges;
    void this.#api.connect(transfer(port2, [port2]));
    worker.addEventListener('error', event => this.#crashed(event));
    worker.addEventListener('messageerror', event => this.#crashed(event));
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
    const reason =
      'message' in event && event.message ? String(event.message) : 'its script could not be loaded or read';
    const error = new ForetokenError('internal', `the worker stopped: ${reason}; create the server again`);
    this.#end(this.#crash, error);
    this.#worker.terminate();
  }

  /** Ends every request and call. */
  #end(how: AbortController, error: ForetokenError): void {
    how.abort(error);
    this.#caller.end(error);
    this.#exchanges.port1.close();
  }
}
