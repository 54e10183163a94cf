import type { CompletionChunk, CompletionRequest, CompletionResponse } from '../protocol/completion.ts';
import type { ServerReport } from '../protocol/options.ts';
import { type Counters, EXCHANGE_ORIGIN } from '../protocol/worker.ts';
import type { ForetokenError } from '../util/errors.ts';
import { type CallOptions, complete, streamCompletion } from './completion.ts';
import type { Connection } from './connection.ts';

/** A running server: llama-server's API, answered by a worker of this page. */
export interface Foretoken {
  /** The adapter, the models, and what was decided about the context. */
  readonly report: ServerReport;
  /**
   * Resolves when the server stops by itself: the GPU device was lost, or the worker crashed. Requests fail from then
   * on; `close()` it and create another. Stays pending otherwise, and after `close()`.
   */
  readonly lost: Promise<ForetokenError>;
  /**
   * The global `fetch`, with the worker as the host: only the path and the query of the address count. Resolves with a
   * streaming `Response`, whatever its status; rejects with the signal's reason, or with a `ForetokenError`
   * (`closed`, `internal`) when there is no worker to answer.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * `POST /completion`. With `stream: true` the events as they come, the last one with `stop: true`; leaving the loop
   * cancels the request. An error response is thrown as a `ForetokenError`.
   */
  completion(
    request: CompletionRequest & { readonly stream: true },
    options?: CallOptions,
  ): AsyncGenerator<CompletionChunk, void, undefined>;
  completion(
    request: CompletionRequest & { readonly stream?: false },
    options?: CallOptions,
  ): Promise<CompletionResponse>;
  /** WebGPU calls so far, by name; all zero unless the server was created with `countCalls`. */
  counters(): Promise<Counters>;
  /** Ends every request, frees the GPU and terminates the worker. */
  close(): Promise<void>;
}

/** The server on the other end of `connection`. */
export function createForetoken(connection: Connection, report: ServerReport): Foretoken {
  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(input, EXCHANGE_ORIGIN), init);
    const { pathname, search } = new URL(request.url);
    // Firefox has no `body` to ask: a request of another method has one, if only an empty one.
    const hasBody = !['GET', 'HEAD'].includes(request.method);
    const record = {
      method: request.method,
      path: pathname + search,
      headers: [...request.headers],
      body: hasBody ? await request.arrayBuffer() : null,
    };
    return connection.exchange(record, request.signal);
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
    return request.stream ? streamCompletion(fetch, request, options) : complete(fetch, request, options);
  }

  return {
    report,
    lost: connection.lost(),
    fetch,
    completion,
    counters: () => connection.counters(),
    close: () => connection.close(),
  };
}
