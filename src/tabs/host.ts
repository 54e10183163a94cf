import { type Answerer, answerOver } from '../protocol/channel.ts';
import type { Exchange } from '../protocol/exchange.ts';
import type { LoadProgress, ServerReport } from '../protocol/serverReport.ts';
import { acquire, type Locks, whenFree } from './locks.ts';
import {
  type EngineState,
  type GuestMessage,
  type HostMessage,
  type MeetingMessage,
  nameOf,
} from './messages.ts';

interface Line {
  readonly channel: BroadcastChannel;
  /** Null until the engine is ready. */
  answerer: Answerer | null;
}

/** Lets guests use an engine. Its owner holds the lock of the key. */
export class Host {
  readonly #id: string;
  readonly #locks: Locks;
  readonly #key: string;
  readonly #restarts: number;
  readonly #meeting: BroadcastChannel;
  readonly #closed: AbortController;
  readonly #lines = new Map<string, Line>();
  #state: EngineState = { kind: 'loading', progress: null };
  #exchange: Exchange | null = null;

  /** @param restarts number of engines before this one */
  static async open(locks: Locks, key: string, restarts: number): Promise<Host> {
    const id = crypto.randomUUID();
    const closed = new AbortController();
    // Guests take a host without its lock for a dead one.
    const free = await acquire(locks, nameOf(key, id), closed.signal);
    closed.signal.addEventListener('abort', free);
    return new Host(locks, key, restarts, id, closed);
  }

  private constructor(locks: Locks, key: string, restarts: number, id: string, closed: AbortController) {
    this.#locks = locks;
    this.#key = key;
    this.#restarts = restarts;
    this.#id = id;
    this.#closed = closed;
    this.#meeting = new BroadcastChannel(key);
    this.#meeting.onmessage = ({ data }: MessageEvent<MeetingMessage>) => {
      if (data.kind === 'join') this.#join(data.guest);
    };
    this.#meeting.postMessage({ kind: 'host' } satisfies MeetingMessage);
  }

  /** Reports the progress of loading. */
  loading(progress: LoadProgress): void {
    this.#tell({ kind: 'loading', progress });
  }

  /** Answers through `exchange` from now on. */
  ready(report: ServerReport, exchange: Exchange): void {
    this.#exchange = exchange;
    for (const line of this.#lines.values()) this.#connect(line);
    this.#tell({ kind: 'ready', report });
  }

  /** Cancels the requests of all guests and leaves them. */
  close(): void {
    this.#closed.abort();
    for (const guest of this.#lines.keys()) this.#leave(guest);
    this.#meeting.close();
  }

  #join(guest: string): void {
    let line = this.#lines.get(guest);
    if (!line) {
      const name = nameOf(this.#key, guest);
      line = { channel: new BroadcastChannel(name), answerer: null };
      this.#lines.set(guest, line);
      this.#connect(line);
      whenFree(this.#locks, name, this.#closed.signal, () => this.#leave(guest));
    }
    this.#send(line, this.#stateMessage());
  }

  #connect(line: Line): void {
    if (!this.#exchange) return;
    const answerer = answerOver(this.#exchange, message => this.#send(line, message));
    line.answerer = answerer;
    line.channel.onmessage = ({ data }: MessageEvent<GuestMessage>) => answerer.receive(data);
  }

  #leave(guest: string): void {
    const line = this.#lines.get(guest);
    this.#lines.delete(guest);
    line?.answerer?.end();
    line?.channel.close();
  }

  #tell(state: EngineState): void {
    this.#state = state;
    for (const line of this.#lines.values()) this.#send(line, this.#stateMessage());
  }

  #stateMessage(): HostMessage {
    return { kind: 'state', host: this.#id, restarts: this.#restarts, state: this.#state };
  }

  #send({ channel }: Line, message: HostMessage): void {
    channel.postMessage(message);
  }
}
