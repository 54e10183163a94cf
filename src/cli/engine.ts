import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { type Caller, callOver } from '../protocol/channel.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { Replay } from '../protocol/replay.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import { decodeMessage, encodeMessage, type FromTab, type TabOptions, type ToTab } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';

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

/**
 * Connection to the tab that answers, with all pending requests. When the tab is lost, requests without a response wait for the
 * next tab; the others end with an error.
 */
export class Engine {
  readonly #events: TabEvents;
  readonly #replay = new Replay();
  #state: State = { kind: 'none' };
  #options: TabOptions | null = null;
  /** Number of tabs that were ready and are gone. */
  #restarts = 0;

  constructor(events: TabEvents) {
    this.#events = events;
  }

  /** Answers through the tab; a request without one waits for the next. */
  get exchange(): Exchange {
    return this.#replay.exchange;
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
    const caller = callOver(message => this.#send(message));
    socket.on('message', (data: Buffer<ArrayBuffer>) => {
      try {
        this.#receive(decodeMessage<FromTab>(data), caller);
      } catch (error) {
        // Drop a tab that does not speak the protocol.
        this.#fail(ForetokenError.from(error));
      }
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
    this.#send({ kind: 'load', options: { ...this.#options, restarts: this.#restarts } });
  }

  /** Asks the tab, if there is one, to save and to disconnect; resolves when it has, or after `limitMs`. */
  async leave(limitMs: number): Promise<void> {
    if (this.#state.kind === 'none') return;
    const closed = once(this.#state.socket, 'close', { signal: AbortSignal.timeout(limitMs) });
    this.#send({ kind: 'close' });
    await closed.catch(() => {});
  }

  /** Disconnects the tab, if there is one; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#state.kind === 'none') return;
    const { socket } = this.#state;
    const closed = once(socket, 'close');
    socket.terminate();
    await closed;
  }

  #receive(message: FromTab, caller: Caller): void {
    switch (message.kind) {
      case 'ready':
        if (this.#state.kind === 'none') return;
        this.#state = { ...this.#state, kind: 'ready' };
        this.#events.ready(message.report);
        this.#replay.connect(caller.exchange);
        break;
      case 'failed':
        this.#fail(ForetokenError.fromWire(message.error));
        break;
      case 'log':
        this.#events.log(message.line);
        break;
      default:
        caller.receive(message);
    }
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
    this.#replay.disconnect(error);
    if (state.kind === 'ready') this.#restarts++;
    this.#events.gone(state.kind === 'ready', state.failure);
  }

  #send(message: ToTab): void {
    if (this.#state.kind !== 'none') this.#state.socket.send(encodeMessage(message));
  }
}
