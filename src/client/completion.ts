import type { CompletionChunk, CompletionRequest, CompletionResponse } from '../protocol/completion.ts';
import { checkCall, checkObject } from './arguments.ts';
import { type Fetch, jsonEvents, postJson } from './jsonRequest.ts';

/** Options of a call, as opposed to those of the request. */
export interface CallOptions {
  /** Cancels the request, here and in the worker. Pending promises reject with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Returns a whole completion. Throws the error of an error response. */
export async function complete(
  fetch: Fetch,
  request: CompletionRequest,
  options: CallOptions,
): Promise<CompletionResponse> {
  const response = await post(fetch, request, options);
  return response.json();
}

/** Yields the events of a streamed completion. Throws the error of an error response, also one within the stream. */
export async function* streamCompletion(
  fetch: Fetch,
  request: CompletionRequest,
  options: CallOptions,
): AsyncGenerator<CompletionChunk, void, undefined> {
  for await (const event of jsonEvents(await post(fetch, request, options))) {
    yield event as CompletionChunk;
  }
}

async function post(fetch: Fetch, request: CompletionRequest, options: CallOptions): Promise<Response> {
  checkObject('request', request);
  checkCall(options);
  return postJson(fetch, '/completion', request, options.signal);
}
