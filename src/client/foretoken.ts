import type { CompletionChunk, CompletionRequest, CompletionResponse } from '../protocol/completion.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import { type Counters, EXCHANGE_ORIGIN } from '../protocol/worker.ts';
import type { ForetokenError } from '../util/errors.ts';
import { type CallOptions, complete, streamCompletion } from './completion.ts';
import type { Connection } from './connection.ts';

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
   * `POST /completion`. With `stream: true` it yields events as they arrive, the last one with `stop: true`; leaving the loop
   * cancels the request. Throws an error response as a `ForetokenError`.
   */
  completion(
    request: CompletionRequest & { readonly stream: true },
    options?: CallOptions,
  ): AsyncGenerator<CompletionChunk, void, undefined>;
  completion(
    request: CompletionRequest & { readonly stream?: false },
    options?: CallOptions,
  ): Promise<CompletionResponse>;
  /** Number of WebGPU calls so far, by name; all zero unless the server was created with `countCalls`. */
  counters(): Promise<Counters>;
  /** Ends every request, frees the GPU and terminates the worker. */
  close(): Promise<void>;
}

/** Creates the server on the other end of `connection`. */
export function createForetoken(connection: Connection, report: ServerReport): Foretoken {
  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input instanceof Request ? input : new URL(input, EXCHANGE_ORIGIN), init);
    const { pathname, search } = new URL(request.url);
    // Firefox has no `Request.body`, so send a body, possibly empty, with every method that allows one.
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
