import { ForetokenError } from '../util/errors.ts';
import { type Exchange, type ExchangeMessage, type ExchangeRequest, requestOf } from './exchange.ts';

/**
 * Exchange that `handle` answers. To cancel it aborts the signal of the request and cancels the body of the response. A chunk is
 * what the body has, possibly a view of a larger buffer.
 */
export function respond(handle: (request: Request) => Promise<Response>): Exchange {
  return (record, deliver) => {
    const cancelled = new AbortController();
    void pump(handle, record, cancelled.signal, message => {
      if (!cancelled.signal.aborted) deliver(message);
    });
    return () => cancelled.abort();
  };
}

/** Never rejects. */
async function pump(
  handle: (request: Request) => Promise<Response>,
  record: ExchangeRequest,
  signal: AbortSignal,
  deliver: (message: ExchangeMessage) => void,
): Promise<void> {
  try {
    const response = await handle(requestOf(record, signal));
    deliver({ kind: 'head', status: response.status, headers: [...response.headers] });
    if (response.body) await pumpBody(response.body, signal, deliver);
    deliver({ kind: 'end' });
  } catch (error) {
    // A request that is no request fails at once, but messages come after the start of the exchange.
    await null;
    deliver({ kind: 'error', error: ForetokenError.from(error).toWire() });
  }
}

async function pumpBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  deliver: (message: ExchangeMessage) => void,
): Promise<void> {
  const reader = body.getReader();
  // If the producer has failed already, cancelling rejects; `read` reports the failure itself.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    deliver({ kind: 'chunk', bytes: value });
  }
}
