import { WebSocket } from 'ws';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { decodeMessage, encodeMessage, type FromTab, type ToTab } from '../protocol/tab.ts';

type Received = (ToTab extends infer Message
  ? Message extends ToTab
    ? Omit<Message, 'body'>
    : never
  : never) & {
  readonly body: string;
};

/** Tab for tests: the real messages over a real socket, with scripted responses. */
export class FakeTab {
  readonly #socket: WebSocket;
  readonly #received: Received[] = [];
  readonly #waiting: ((message: Received) => void)[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer<ArrayBuffer>) => {
      const message = decodeMessage<ToTab>(data);
      const body = message.kind === 'request' ? new TextDecoder().decode(message.body ?? undefined) : '';
      const received = { ...message, body };
      const next = this.#waiting.shift();
      if (next) next(received);
      else this.#received.push(received);
    });
  }

  /** Connects; rejects with the status that refuses it. */
  static dial(url: string, origin: string, headers: Record<string, string> = {}): Promise<FakeTab> {
    const socket = new WebSocket(url.replace('http', 'ws'), { origin, headers });
    // Listen from the start: the first message may come with the handshake's response.
    const tab = new FakeTab(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(tab));
      socket.once('error', reject);
    });
  }

  /** Next message of the process. */
  async next(): Promise<Received> {
    return this.#received.shift() ?? new Promise(resolve => this.#waiting.push(resolve));
  }

  /** Id of the next message, which must be a request. */
  async nextRequest(): Promise<number> {
    const message = await this.next();
    if (message.kind !== 'request') throw new Error(`got ${message.kind} instead of a request`);
    return message.id;
  }

  send(message: FromTab): void {
    this.#socket.send(encodeMessage(message));
  }

  ready(): void {
    this.send({ kind: 'ready', report: FAKE_REPORT });
  }

  head(id: number, contentType: string): void {
    this.send({ kind: 'head', id, status: 200, headers: [['content-type', contentType]] });
  }

  chunk(id: number, text: string): void {
    this.send({ kind: 'chunk', id, bytes: new TextEncoder().encode(text) });
  }

  /** Sends a whole response. */
  answer(id: number, text: string): void {
    this.head(id, 'application/json');
    this.chunk(id, text);
    this.send({ kind: 'end', id });
  }

  crash(): void {
    this.#socket.terminate();
  }
}
