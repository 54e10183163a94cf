/** A response body of server-sent events: a `data:` line each, some with a name, and comments that break a long silence. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #pingMs: number;
  readonly #onCancel: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #ping: ReturnType<typeof setTimeout> | undefined;

  /** `pingSeconds` of silence bring a comment, if above 0. `onCancel` is called when the reader gives up. */
  constructor(pingSeconds: number, onCancel: () => void) {
    this.#pingMs = pingSeconds * 1000;
    this.#onCancel = onCancel;
    this.body = new ReadableStream({
      start: controller => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#end();
        this.#onCancel();
      },
    });
    this.#schedulePing();
  }

  /** An event whose data is JSON, with a line for its name if it has one. */
  send(event: unknown, name?: string): void {
    const data = `data: ${JSON.stringify(event)}\n\n`;
    this.#write(name === undefined ? data : `event: ${name}\n${data}`);
  }

  /** An event whose data is `line` as it stands. */
  sendText(line: string): void {
    this.#write(`data: ${line}\n\n`);
  }

  close(): void {
    this.#controller?.close();
    this.#end();
  }

  #write(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
    this.#schedulePing();
  }

  #schedulePing(): void {
    clearTimeout(this.#ping);
    if (this.#pingMs > 0 && this.#controller !== null) {
      // A timer takes at most 2^31-1 ms; a longer one would fire at once.
      this.#ping = setTimeout(() => this.#write(':\n\n'), Math.min(this.#pingMs, 2 ** 31 - 1));
    }
  }

  #end(): void {
    this.#controller = null;
    clearTimeout(this.#ping);
  }
}

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  // Keeps a reverse proxy from collecting the events.
  'x-accel-buffering': 'no',
} as const;
