/** CORS policy, llama-server's `--cors-*`: which origins may read responses. */
export interface CorsPolicy {
  /** Allowed origins: `*` for all, `localhost` for this machine, otherwise one origin. */
  readonly origins: string;
  readonly methods: string;
  readonly headers: string;
  readonly credentials: boolean;
}

/** llama-server's default policy: every page may read responses. */
export const ANY_PAGE: CorsPolicy = {
  origins: '*',
  methods: 'GET, POST, DELETE, OPTIONS',
  headers: '*',
  credentials: true,
};

const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * CORS headers of a response to a page of `origin`. With credentials, the browser also checks the response itself, not only the
 * preflight. The preflight response has further headers. Source: CORS check of the Fetch standard,
 * https://fetch.spec.whatwg.org/#concept-cors-check
 */
export function corsHeaders(
  policy: CorsPolicy,
  origin: string | undefined,
  isPreflight: boolean,
): readonly (readonly [name: string, value: string])[] {
  const allowed = allowedOrigin(policy.origins, origin ?? '');
  if (allowed === null) return [];
  const headers: [string, string][] = [['Access-Control-Allow-Origin', allowed]];
  // The response depends on the origin, so caches need `Vary`.
  if (policy.origins === '*' || policy.origins === 'localhost') headers.push(['Vary', 'Origin']);
  if (policy.credentials) headers.push(['Access-Control-Allow-Credentials', 'true']);
  if (!isPreflight) return headers;
  headers.push(['Access-Control-Allow-Methods', policy.methods]);
  headers.push(['Access-Control-Allow-Headers', policy.headers]);
  return headers;
}

/**
 * Resolves the policy to the value of `Access-Control-Allow-Origin`. With credentials, browsers require the exact origin, not
 * `*`.
 */
function allowedOrigin(origins: string, origin: string): string | null {
  if (origins === '*') return origin;
  if (origins === 'localhost') return LOCAL.test(origin) ? origin : null;
  return origins;
}
