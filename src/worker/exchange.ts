import {
  type CancelMessage,
  EXCHANGE_ORIGIN,
  type ExchangeMessage,
  type ExchangeRequest,
} from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';

/**
 * Answers one request over its port. Resolves when the last message is sent or the request was cancelled; never rejects. A
 * `cancel` message aborts the signal of the request and cancels the body of the response.
 */
export async function answer(
  handle: (request: Request) => Promise<Response>,
  record: ExchangeRequest,
  port: MessagePort,
): Promise<void> {
  const abort = new AbortController();
  const post = (message: ExchangeMessage, transfer: Transferable[] = []) =>
    port.postMessage(message, transfer);
  port.onmessage = (_: MessageEvent<CancelMessage>) => {
    abort.abort();
    port.close();
  };
  try {
    const response = await handle(requestFrom(record, abort.signal));
    post({ kind: 'head', status: response.status, headers: [...response.headers] });
    if (response.body) await pump(response.body, abort.signal, post);
    post({ kind: 'end' });
  } catch (error) {
    post({ kind: 'error', error: ForetokenError.from(error).toWire() });
  }
}

function requestFrom(record: ExchangeRequest, signal: AbortSignal): Request {
  // Concatenate instead of resolving against the origin: a path may begin with two slashes.
  return new Request(new URL(EXCHANGE_ORIGIN + record.path), {
    method: record.method,
    headers: record.headers.map(([name, value]): [string, string] => [name, value]),
    body: record.body,
    signal,
  });
}

async function pump(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  post: (message: ExchangeMessage, transfer: Transferable[]) => void,
): Promise<void> {
  const reader = body.getReader();
  // If the producer has failed already, cancelling rejects; `read` reports the failure itself.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    // Copy the chunk: cloning a view would clone the whole buffer behind it.
    const bytes = value.slice();
    post({ kind: 'chunk', bytes }, [bytes.buffer]);
  }
}
