import { callOver } from '../protocol/channel.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { acquire, type Locks, whenFree } from './locks.ts';
import {
  type EngineState,
  type GuestMessage,
  type HostMessage,
  type MeetingMessage,
  nameOf,
} from './messages.ts';

/** Host that a guest has found. */
export interface Found {
  readonly state: EngineState;
  /** Number of engines before this one. */
  readonly restarts: number;
}

export interface GuestEvents {
  /** Tells the state of the host; `ready` once for each host. */
  readonly found: (host: Found) => void;
  /** Reports that the host which was found is gone. */
  readonly gone: () => void;
}

/** Uses the engine of whoever is the host of the key. */
export class Guest {
  readonly #id = crypto.randomUUID();
  readonly #locks: Locks;
  readonly #key: string;
  readonly #events: GuestEvents;
  readonly #closed = new AbortController();
  readonly #meeting: BroadcastChannel;
  readonly #line: BroadcastChannel;
  // One caller for all hosts: what a former host still had to say has ids that nobody waits for.
  readonly #caller = callOver(message => this.#line.postMessage(message satisfies GuestMessage));
  #host: string | null = null;
  #isReady = false;

  constructor(locks: Locks, key: string, events: GuestEvents) {
    this.#locks = locks;
    this.#key = key;
    this.#events = events;
    this.#line = new BroadcastChannel(nameOf(key, this.#id));
    this.#line.onmessage = ({ data }: MessageEvent<HostMessage>) => this.#receive(data);
    this.#meeting = new BroadcastChannel(key);
    // Abandoned by `close`.
    this.#begin().catch(() => {});
  }

  /** Answers through the host, while there is one that is ready. */
  get exchange(): Exchange {
    return this.#caller.exchange;
  }

  /** Leaves the host, which cancels the requests of this guest. */
  close(): void {
    this.#closed.abort();
    this.#meeting.close();
    this.#line.close();
  }

  async #begin(): Promise<void> {
    const { signal } = this.#closed;
    // A host takes a guest without its lock for a dead one.
    const free = await acquire(this.#locks, nameOf(this.#key, this.#id), signal);
    signal.addEventListener('abort', free);
    if (signal.aborted) {
      free();
      return;
    }
    this.#meeting.onmessage = ({ data }: MessageEvent<MeetingMessage>) => {
      if (data.kind === 'host') this.#join();
    };
    this.#join();
  }

  #join(): void {
    this.#meeting.postMessage({ kind: 'join', guest: this.#id } satisfies MeetingMessage);
  }

  #receive(message: HostMessage): void {
    if (message.kind !== 'state') {
      this.#caller.receive(message);
      return;
    }
    const { host, state, restarts } = message;
    if (host !== this.#host) this.#meet(host);
    if (this.#isReady) return;
    this.#isReady = state.kind === 'ready';
    this.#events.found({ state, restarts });
  }

  #meet(host: string): void {
    if (this.#host !== null) this.#lose(this.#host);
    this.#host = host;
    whenFree(this.#locks, nameOf(this.#key, host), this.#closed.signal, () => this.#lose(host));
  }

  #lose(host: string): void {
    if (host !== this.#host) return;
    this.#host = null;
    this.#isReady = false;
    this.#events.gone();
  }
}
