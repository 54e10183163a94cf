import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExchangeMessage } from '../protocol/worker.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Engine, HttpRequest } from './engine.ts';

/** llama-server's limit. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** Headers that belong to one connection, not to the request or the answer. */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length'];

/** Hands one request to the engine and its answer back, each piece as it comes. Cancels when the client goes away. */
export async function answer(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!engine.isReady) {
    writeError(response, new ForetokenError('loading', 'Loading model'));
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    // The rest of the body is not worth reading.
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  if (response.destroyed) return;
  const cancel = engine.exchange(recordOf(request, body), message => write(response, message));
  // Also emitted when all is sent; there is nothing to cancel then.
  response.on('close', cancel);
}

/** llama-server's error object, as an answer of its own. */
export function writeError(response: ServerResponse, error: ForetokenError): void {
  response
    .writeHead(error.status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(errorBody(error)));
}

function errorBody({ status: code, message, type }: ForetokenError): object {
  return { error: { message, type, code } };
}

function recordOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage, body: Uint8Array): HttpRequest {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!CONNECTION_HEADERS.includes(name.toLowerCase())) headers.push([name, rawHeaders[i + 1] ?? '']);
  }
  return { method, path: url, headers, body };
}

function write(response: ServerResponse, message: ExchangeMessage): void {
  if (response.destroyed) return;
  switch (message.kind) {
    case 'head':
      for (const [name, value] of message.headers) {
        if (!CONNECTION_HEADERS.includes(name)) response.appendHeader(titleCase(name), value);
      }
      response.writeHead(message.status);
      // The client is to know at once that its prompt has begun.
      response.flushHeaders();
      break;
    case 'chunk':
      response.write(message.bytes);
      break;
    case 'end':
      response.end();
      break;
    case 'error':
      writeFailure(response, ForetokenError.fromWire(message.error));
      break;
    default:
      assertNever(message);
  }
}

/** A browser gives names in small letters; there are clients that look for them as servers commonly write them. */
function titleCase(name: string): string {
  return name.replaceAll(/\b[a-z]/g, letter => letter.toUpperCase());
}

/** A stream of events can end with an error; another answer that has begun can only break off. */
function writeFailure(response: ServerResponse, error: ForetokenError): void {
  if (!response.headersSent) writeError(response, error);
  else if (String(response.getHeader('content-type')).startsWith('text/event-stream'))
    response.end(`data: ${JSON.stringify(errorBody(error))}\n\n`);
  else response.destroy();
}

/** The whole body, or null as soon as it is known to be too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
