/** Response body of server-sent events: a `data:` line for each, a name for some, and comments in long silences. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #pingMs: number;
  readonly #onCancel: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #ping: ReturnType<typeof setTimeout> | undefined;

  /** Sends a comment after `pingSeconds` of silence, if above 0. Calls `onCancel` if the reader cancels. */
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

  /** Sends an event with JSON data, and its name if it has one. */
  send(event: unknown, name?: string): void {
    const data = `data: ${JSON.stringify(event)}\n\n`;
    this.#write(name === undefined ? data : `event: ${name}\n${data}`);
  }

  /** Sends an event with `line` as its data. */
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
  // Tells reverse proxies not to buffer the events.
  'x-accel-buffering': 'no',
} as const;
