import { ForetokenError } from '../../util/errors.ts';

/** What anybody may ask: whether the server is there. */
const PUBLIC_PATHS = ['/health', '/v1/health'];

/**
 * The check of a request, which throws `unauthorized` unless it may pass: it needs one of `keys`, as
 * `Authorization: Bearer KEY`, without the `Bearer`, or, where there is no such header, as `X-Api-Key`. No keys: everybody
 * may. The name of the scheme has no case, and any number of spaces may follow it (RFC 9110, 11.1 and 11.4).
 */
export function createApiKeyCheck(keys: readonly string[]): (request: Request) => Promise<void> {
  const hashed = Promise.all(keys.map(digest));
  return async ({ url, headers }) => {
    if (keys.length === 0 || PUBLIC_PATHS.includes(new URL(url).pathname)) return;
    const authorization = headers.get('authorization') || headers.get('x-api-key') || '';
    const given = await digest(authorization.replace(/^Bearer +/i, ''));
    // Every key is compared, and to its end: how long it takes tells nothing.
    const matches = (await hashed).filter(key => isSame(key, given));
    if (matches.length === 0) throw new ForetokenError('unauthorized', 'Invalid API Key');
  };
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.reduce((differences, byte, i) => differences | (byte ^ b[i]), 0) === 0;
}
