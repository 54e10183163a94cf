import type { CancelMessage, ExchangeMessage } from '../protocol/worker.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';

const NULL_BODY_STATUS = [204, 205, 304];

/**
 * Receives one exchange in the page: resolves with a streaming `Response` when the head arrives on `port`. When `signal` aborts,
 * the promise rejects (later: the body errors) with its reason, and the worker is notified. Cancelling the body notifies the
 * worker as well.
 */
export function receive(port: MessagePort, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: controller => {
        body = controller;
      },
      cancel,
    });

    /** Later messages are ignored. */
    function finish(): void {
      signal.removeEventListener('abort', onAbort);
      port.onmessage = null;
      port.close();
    }
    function cancel(): void {
      port.postMessage({ kind: 'cancel' } satisfies CancelMessage);
      finish();
    }
    function fail(reason: unknown): void {
      // Before the head the caller waits only for the promise, after it only for the body.
      reject(reason);
      body?.error(reason);
    }
    function onAbort(): void {
      cancel();
      fail(signal.reason);
    }

    port.onmessage = ({ data: message }: MessageEvent<ExchangeMessage>) => {
      switch (message.kind) {
        case 'head': {
          const { status } = message;
          const headers = message.headers.map(([name, value]): [string, string] => [name, value]);
          resolve(new Response(NULL_BODY_STATUS.includes(status) ? null : stream, { status, headers }));
          break;
        }
        case 'chunk':
          body?.enqueue(message.bytes);
          break;
        case 'end':
          finish();
          body?.close();
          break;
        case 'error':
          finish();
          fail(ForetokenError.fromWire(message.error));
          break;
        default:
          assertNever(message);
      }
    };

    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
