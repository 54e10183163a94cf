import { ForetokenError } from '../../util/errors.ts';

/** Public routes: health checks. */
const PUBLIC_PATHS = ['/health', '/v1/health'];

/**
 * Creates the API key check, which throws `unauthorized` for a request without one of `keys`. Accepted are `Authorization: Bearer
 * KEY`, the same without `Bearer`, and, if that header is absent, `X-Api-Key`. Without keys every request passes. The scheme's
 * name is case-insensitive, and any number of spaces may follow it (RFC 9110, 11.1 and 11.4).
 */
export function createApiKeyCheck(keys: readonly string[]): (request: Request) => Promise<void> {
  const hashed = Promise.all(keys.map(digest));
  return async ({ url, headers }) => {
    if (keys.length === 0 || PUBLIC_PATHS.includes(new URL(url).pathname)) return;
    const authorization = headers.get('authorization') || headers.get('x-api-key') || '';
    const given = await digest(authorization.replace(/^Bearer +/i, ''));
    // Every key is compared completely, so that the duration reveals nothing.
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
