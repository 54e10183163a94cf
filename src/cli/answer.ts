import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExchangeRequest } from '../protocol/exchange.ts';
import { ForetokenError } from '../util/errors.ts';
import { AnswerWriter, CONNECTION_HEADERS, writeError } from './answerWriter.ts';
import type { Engine } from './engine.ts';

/** llama-server's limits: of a body, of a form's body (curl's default content type), and of an address. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;
const MAX_FORM_BYTES = 1024 * 1024;
const MAX_URL_BYTES = 32 * 1024;

/** Methods that the fetch standard, and so the tab, does not know. */
const UNKNOWN_METHODS = ['CONNECT', 'TRACE', 'TRACK'];

/** Passes one request to the engine and its response back, each piece as it arrives. Cancels when the client disconnects. */
export async function answer(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
  timeoutSeconds: number,
): Promise<void> {
  if (!engine.isReady) {
    writeError(response, new ForetokenError('loading', 'Loading model'));
    return;
  }
  if (UNKNOWN_METHODS.includes(request.method ?? '')) {
    writeError(response, new ForetokenError('not_found', 'File Not Found'));
    return;
  }
  const isLong = (request.url ?? '').length > MAX_URL_BYTES;
  const body = isLong ? null : await readBody(request);
  if (body === null) {
    // Read and discard the rest: a client that is still sending would not see the response.
    response.writeHead(isLong ? 414 : 413, { 'content-length': 0 }).end();
    request.resume();
    return;
  }
  if (response.destroyed) return;
  const writer = new AnswerWriter(response, 1000 * timeoutSeconds);
  const cancel = engine.exchange(recordOf(request, body), message => writer.write(message));
  // Also emitted when everything is sent; then there is nothing to cancel.
  response.on('close', cancel);
}

function recordOf(
  { method = 'GET', url = '/', rawHeaders }: IncomingMessage,
  body: Uint8Array<ArrayBuffer>,
): ExchangeRequest {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!CONNECTION_HEADERS.includes(name.toLowerCase())) headers.push([name, rawHeaders[i + 1] ?? '']);
  }
  return { method, path: url, headers, body };
}

/** Reads the whole body; null as soon as it is known to be too large. */
async function readBody(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | null> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const limitBytes = isForm ? MAX_FORM_BYTES : MAX_BODY_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return null;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
