import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { type Exchange, type ExchangeMessage, type ExchangeRequest, pairs } from './exchange.ts';

const NULL_BODY_STATUS = [204, 205, 304];

/**
 * Starts the exchange and resolves with a streaming `Response` when its head arrives. When `signal` aborts, the promise rejects
 * (later: the body errors) with its reason, and the exchange is cancelled, as it is when the body is cancelled.
 */
export function receive(
  exchange: Exchange,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: controller => {
        body = controller;
      },
      cancel: stop,
    });
    const cancel = exchange(request, deliver);
    signal.addEventListener('abort', onAbort);

    function stop(): void {
      signal.removeEventListener('abort', onAbort);
      cancel();
    }
    function fail(reason: unknown): void {
      stop();
      // Before the head the caller waits only for the promise, after it only for the body.
      reject(reason);
      body?.error(reason);
    }
    function onAbort(): void {
      fail(signal.reason);
    }
    function deliver(message: ExchangeMessage): void {
      switch (message.kind) {
        case 'head': {
          const { status, headers } = message;
          const content = NULL_BODY_STATUS.includes(status) ? null : stream;
          resolve(new Response(content, { status, headers: pairs(headers) }));
          break;
        }
        case 'chunk':
          body?.enqueue(message.bytes);
          break;
        case 'end':
          stop();
          body?.close();
          break;
        case 'error':
          fail(ForetokenError.fromWire(message.error));
          break;
        default:
          assertNever(message);
      }
    }
  });
}
