import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../protocol/frame.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import type { FromTab, TabOptions, ToTab } from '../protocol/tab.ts';
import type { ExchangeMessage } from '../protocol/worker.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';

/** Request in the form in which it goes to the tab. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Request without a complete response. */
interface Exchange {
  readonly request: HttpRequest;
  readonly deliver: (message: ExchangeMessage) => void;
  /** Whether its client has received a part of the response. */
  started: boolean;
  /** Number of tabs that received it. */
  attempts: number;
}

/** Events of the tab. */
export interface TabEvents {
  readonly ready: (report: ServerReport) => void;
  /** Reports a line of the server's log. */
  readonly log: (line: string) => void;
  /** Reports the loss of the tab. `wasReady` tells whether its models had loaded; `reason` is null if it gave none. */
  readonly gone: (wasReady: boolean, reason: ForetokenError | null) => void;
}

type State =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'loading' | 'ready';
      readonly socket: WebSocket;
      readonly failure: ForetokenError | null;
    };

/** Number of tabs that a request may take down. */
const MAX_ATTEMPTS = 2;

/**
 * Connection to the tab that answers, with all pending requests. When the tab is lost, requests without a response wait for the
 * next tab; the others end with an error.
 */
export class Engine {
  readonly #events: TabEvents;
  readonly #exchanges = new Map<number, Exchange>();
  #state: State = { kind: 'none' };
  #options: TabOptions | null = null;
  /** Number of tabs that were ready and are gone. */
  #restarts = 0;
  #nextId = 0;

  constructor(events: TabEvents) {
    this.#events = events;
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready';
  }

  /** Whether a tab is connected; there can be only one. */
  get isConnected(): boolean {
    return this.#state.kind !== 'none';
  }

  /** Sets the options for tabs to load; without them no tab is accepted. */
  prepare(options: TabOptions): void {
    this.#options = options;
  }

  /** Accepts the connection of a tab. */
  connect(socket: WebSocket): void {
    if (!this.#options) {
      socket.terminate();
      return;
    }
    this.#state = { kind: 'loading', socket, failure: null };
    socket.on('message', (data: Buffer) => {
      try {
        this.#receive(decodeFrame<FromTab>(data));
      } catch (error) {
        // Drop a tab that does not speak the protocol.
        this.#fail(ForetokenError.from(error));
      }
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
    this.#send({ kind: 'load', options: { ...this.#options, restarts: this.#restarts } });
  }

  /**
   * Sends a request to the tab and returns a function that cancels it. Messages arrive until `end` or `error`, and none after a
   * cancellation.
   */
  exchange(request: HttpRequest, deliver: (message: ExchangeMessage) => void): () => void {
    const id = this.#nextId++;
    this.#exchanges.set(id, { request, deliver, started: false, attempts: 0 });
    if (this.isReady) this.#start(id);
    return () => {
      if (this.#exchanges.delete(id)) this.#send({ kind: 'cancel', id });
    };
  }

  /** Disconnects the tab, if there is one; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#state.kind === 'none') return;
    const { socket } = this.#state;
    const closed = once(socket, 'close');
    socket.terminate();
    await closed;
  }

  #receive({ message, bytes }: { message: FromTab; bytes: Uint8Array }): void {
    switch (message.kind) {
      case 'ready':
        if (this.#state.kind === 'none') return;
        this.#state = { ...this.#state, kind: 'ready' };
        this.#events.ready(message.report);
        for (const id of this.#exchanges.keys()) this.#start(id);
        break;
      case 'failed':
        this.#fail(ForetokenError.fromWire(message.error));
        break;
      case 'log':
        this.#events.log(message.line);
        break;
      case 'head':
      case 'end':
      case 'error':
        this.#deliver(message.id, message);
        break;
      case 'chunk':
        this.#deliver(message.id, { kind: 'chunk', bytes });
        break;
      default:
        assertNever(message);
    }
  }

  #start(id: number): void {
    const exchange = this.#exchanges.get(id);
    if (!exchange) return;
    exchange.attempts++;
    const { body, ...head } = exchange.request;
    this.#send({ kind: 'request', id, ...head }, body);
  }

  #deliver(id: number, message: ExchangeMessage): void {
    const exchange = this.#exchanges.get(id);
    // Messages of a cancelled exchange may still arrive.
    if (!exchange) return;
    exchange.started = true;
    if (message.kind === 'end' || message.kind === 'error') this.#exchanges.delete(id);
    exchange.deliver(message);
  }

  #fail(failure: ForetokenError): void {
    if (this.#state.kind === 'none') return;
    this.#state = { ...this.#state, failure };
    this.#state.socket.terminate();
  }

  #closed(): void {
    const state = this.#state;
    if (state.kind === 'none') return;
    this.#state = { kind: 'none' };
    const error = new ForetokenError(
      'device_lost',
      `the engine stopped during this request${state.failure ? ` (${state.failure.message})` : ''}; send it again`,
    );
    for (const [id, { started, attempts }] of this.#exchanges) {
      if (started || attempts >= MAX_ATTEMPTS) {
        this.#deliver(id, { kind: 'error', error: error.toWire() });
      }
    }
    if (state.kind === 'ready') this.#restarts++;
    this.#events.gone(state.kind === 'ready', state.failure);
  }

  #send(message: ToTab, bytes?: Uint8Array): void {
    if (this.#state.kind !== 'none') this.#state.socket.send(encodeFrame(message, bytes));
  }
}
