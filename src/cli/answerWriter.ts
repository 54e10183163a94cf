import type { ServerResponse } from 'node:http';
import { errorBodyAt, errorEventAt } from '../protocol/errorBody.ts';
import type { ExchangeMessage } from '../protocol/exchange.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';

/** Unread bytes of a response after which the client is disconnected. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Headers that belong to one connection, not to the request or the response. */
export const CONNECTION_HEADERS = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'content-length',
];

/** Writes a response as it arrives: an event stream piece by piece, anything else at once and with its length. */
export class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #timeoutMs: number;
  readonly #held: Uint8Array[] = [];
  #isStream = false;
  #status = 200;

  constructor(response: ServerResponse, timeoutMs: number) {
    this.#response = response;
    this.#timeoutMs = timeoutMs;
  }

  write(message: ExchangeMessage): void {
    if (this.#response.destroyed) return;
    switch (message.kind) {
      case 'head':
        this.#begin(message);
        break;
      case 'chunk':
        if (this.#isStream) this.#send(message.bytes);
        else this.#held.push(message.bytes);
        break;
      case 'end':
        this.#end();
        break;
      case 'error':
        writeFailure(this.#response, ForetokenError.fromWire(message.error));
        break;
      default:
        assertNever(message);
    }
  }

  #begin({ status, headers }: Extract<ExchangeMessage, { kind: 'head' }>): void {
    this.#status = status;
    for (const [name, value] of headers) {
      if (!CONNECTION_HEADERS.includes(name)) this.#response.appendHeader(titleCase(name), value);
    }
    this.#isStream = isEventStream(this.#response);
    if (!this.#isStream) return;
    this.#response.writeHead(status);
    // Tell the client at once that its prompt is being processed.
    this.#response.flushHeaders();
  }

  #end(): void {
    if (this.#isStream) {
      this.#response.end();
      return;
    }
    const body = Buffer.concat(this.#held);
    this.#response.writeHead(this.#status, { 'content-length': body.length }).end(body);
  }

  /** Sends bytes, and disconnects a client that reads too slowly or lets too much pile up. */
  #send(bytes: Uint8Array): void {
    const response = this.#response;
    const wasFlowing = !response.writableNeedDrain;
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    else if (!response.write(bytes) && wasFlowing) {
      const patience = setTimeout(() => response.destroy(), this.#timeoutMs);
      for (const event of ['drain', 'close']) response.once(event, () => clearTimeout(patience));
    }
  }
}

/** Writes a complete response that is the error, in the shape that clients of its route read. */
export function writeError(response: ServerResponse, error: ForetokenError): void {
  const body = Buffer.from(JSON.stringify(errorBodyAt(pathOf(response), error)));
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length };
  response.writeHead(error.status, headers).end(body);
}

function pathOf({ req }: ServerResponse): string {
  return (req.url ?? '').replace(/\?.*$/s, '');
}

/** Capitalises a header name. A browser uses lower case, but some clients expect the common spelling of servers. */
function titleCase(name: string): string {
  return name.replaceAll(/\b[a-z]/g, letter => letter.toUpperCase());
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

/** Ends an event stream with the error; another response has not started and becomes the error. */
function writeFailure(response: ServerResponse, error: ForetokenError): void {
  if (!response.headersSent) {
    writeError(response, error);
    return;
  }
  response.end(errorEventAt(pathOf(response), error));
}
