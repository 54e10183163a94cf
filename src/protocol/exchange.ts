/**
 * One HTTP exchange, as every door passes it on: a request with its complete body goes one way, and the pieces of its response
 * come back. `respond.ts` makes the pieces of a `Response` and `receive.ts` a `Response` of the pieces; `channel.ts` carries
 * them over a MessagePort, a WebSocket or a BroadcastChannel.
 */
import type { WireError } from '../util/errors.ts';

/** HTTP request with its complete body. */
export interface ExchangeRequest {
  readonly method: string;
  /** Path and query, from the slash on. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

type Headers = readonly (readonly [name: string, value: string])[];

/** Part of a response: a head, any number of chunks, an end; or an error at any point, which is then the last message. */
export type ExchangeMessage =
  | { readonly kind: 'head'; readonly status: number; readonly headers: Headers }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: WireError };

/**
 * Starts an exchange and returns a function that cancels it. Messages arrive after it has returned, until `end` or `error`, and
 * none after a cancellation. To cancel what has ended does nothing.
 */
export type Exchange = (request: ExchangeRequest, deliver: (message: ExchangeMessage) => void) => () => void;

/** Host of an exchange's URL. Only the path matters. */
export const EXCHANGE_ORIGIN = 'http://foretoken.invalid';

/** Reads a request to its end. */
export async function recordOf(request: Request): Promise<ExchangeRequest> {
  const { pathname, search } = new URL(request.url);
  // Firefox has no `Request.body`, so send a body, possibly empty, with every method that allows one.
  const body = allowsBody(request.method) ? new Uint8Array(await request.arrayBuffer()) : null;
  return { method: request.method, path: pathname + search, headers: [...request.headers], body };
}

/** Throws a `TypeError` for what the fetch standard does not allow. */
export function requestOf({ method, path, headers, body }: ExchangeRequest, signal: AbortSignal): Request {
  // Concatenate instead of resolving against the origin: a path may begin with two slashes.
  return new Request(new URL(EXCHANGE_ORIGIN + path), {
    method,
    headers: pairs(headers),
    body: allowsBody(method) ? body : null,
    signal,
  });
}

/** Headers in the form that the fetch standard's constructors accept. */
export function pairs(headers: Headers): [name: string, value: string][] {
  return headers.map(([name, value]) => [name, value]);
}

function allowsBody(method: string): boolean {
  return !['GET', 'HEAD'].includes(method);
}
