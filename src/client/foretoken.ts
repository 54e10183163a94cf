import type { CompletionChunk, CompletionRequest, CompletionResponse } from '../protocol/completion.ts';
import { EXCHANGE_ORIGIN, type Exchange, recordOf } from '../protocol/exchange.ts';
import { receive } from '../protocol/receive.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import type { Counters } from '../protocol/worker.ts';
import type { ForetokenError } from '../util/errors.ts';
import { type CallOptions, complete, streamCompletion } from './completion.ts';

/** Way to an engine, whoever owns it. The members are those of `Foretoken`. */
export type Backend = Pick<Foretoken, 'report' | 'lost' | 'exchange' | 'counters' | 'close'>;

/** Running server: llama-server's API, answered by a worker of this page. */
export interface Foretoken {
  /** Describes the adapter, the models and the chosen context sizes. */
  readonly report: ServerReport;
  /**
   * Resolves when the server stops by itself, because the GPU device was lost or the worker crashed. Later requests fail; call
   * `close()` and create a new server. Otherwise, and after `close()`, it stays pending.
   */
  readonly lost: Promise<ForetokenError>;
  /**
   * Works like the global `fetch`, with the worker as host: only the path and query of the address count. Resolves with a
   * streaming `Response`, whatever its status. Rejects with the signal's reason, or with a `ForetokenError` (`closed`,
   * `internal`) if no worker can answer.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Like `fetch`, for code that passes a response on without reading it: the pieces of the response are delivered as messages,
   * which can be cloned into other contexts. Returns a function that cancels the request.
   */
  readonly exchange: Exchange;
  /**
   * `POST /completion`. Yields events as they arrive, the last one with `stop: true`; leaving the loop
   * cancels the request. Throws an error response as a `ForetokenError`.
   */
  completion(
    request: CompletionRequest & { readonly stream: true },
    options?: CallOptions,
  ): AsyncGenerator<CompletionChunk, void, undefined>;
  /** `POST /completion`, with the whole answer at once. */
  completion(
    request: CompletionRequest & { readonly stream?: false },
    options?: CallOptions,
  ): Promise<CompletionResponse>;
  /** Number of WebGPU calls so far, by name; all zero unless the server was created with `countCalls`. */
  counters(): Promise<Counters>;
  /** Ends every request, frees the GPU and terminates the worker. */
  close(): Promise<void>;
}

/** Creates the server that `backend` leads to. */
export function createForetoken(backend: Backend): Foretoken {
  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(input, EXCHANGE_ORIGIN), init);
    return receive(backend.exchange, await recordOf(request), request.signal);
  }

  function completion(
    request: CompletionRequest & { readonly stream: true },
    options?: CallOptions,
  ): AsyncGenerator<CompletionChunk, void, undefined>;
  function completion(
    request: CompletionRequest & { readonly stream?: false },
    options?: CallOptions,
  ): Promise<CompletionResponse>;
  function completion(request: CompletionRequest, options: CallOptions = {}) {
    // The call says what is wrong with a request that is none.
    return request?.stream ? streamCompletion(fetch, request, options) : complete(fetch, request, options);
  }

  return {
    // Read anew: the engine may change.
    get report() {
      return backend.report;
    },
    lost: backend.lost,
    fetch,
    exchange: backend.exchange,
    completion,
    counters: () => backend.counters(),
    close: () => backend.close(),
  };
}
