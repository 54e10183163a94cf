import type { CompletionChunk, CompletionRequest, CompletionResponse } from '../protocol/completion.ts';
import { ForetokenError } from '../util/errors.ts';
import { errorFromBody } from './errorBody.ts';
import { eventData } from './sse.ts';

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

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
  const { body } = await post(fetch, request, options);
  if (!body) return;
  for await (const data of eventData(body)) {
    if (data === '[DONE]') return;
    const event: unknown = JSON.parse(data);
    const error = errorFromBody(event);
    if (error) throw error;
    yield event as CompletionChunk;
  }
}

async function post(fetch: Fetch, request: CompletionRequest, options: CallOptions): Promise<Response> {
  const response = await fetch('/completion', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: options.signal ?? null,
  });
  if (response.ok) return response;
  const text = await response.text();
  throw errorFromBody(parsed(text)) ?? new ForetokenError('internal', `status ${response.status}: ${text}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
