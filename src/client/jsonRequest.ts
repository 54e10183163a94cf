import { ForetokenError } from '../util/errors.ts';
import { errorFromBody } from './errorBody.ts';
import { eventData } from './sse.ts';

/** Fetch function of a server. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** Posts `body` as JSON. Throws an error response as a `ForetokenError`, and the signal's reason when it aborts. */
export async function postJson(
  fetch: Fetch,
  path: string,
  body: object,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return checked(response);
}

/** Returns a response whose status is a success. Throws any other as a `ForetokenError`. */
export async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  throw errorFromBody(parsed(text)) ?? new ForetokenError('internal', `status ${response.status}: ${text}`);
}

/** Yields the JSON values of an event stream up to `[DONE]`. Throws an error within the stream. */
export async function* jsonEvents({ body }: Response): AsyncGenerator<unknown, void, undefined> {
  if (!body) return;
  for await (const data of eventData(body)) {
    if (data === '[DONE]') return;
    const event: unknown = JSON.parse(data);
    const error = errorFromBody(event);
    if (error) throw error;
    yield event;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
