/** Which pages of other origins may read the answers; llama-server's `--cors-*`. */
export interface CorsPolicy {
  /** `*`: every one. `localhost`: those of this machine. Anything else: that one. */
  readonly origins: string;
  readonly methods: string;
  readonly headers: string;
  readonly credentials: boolean;
}

const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Headers that an answer to a page of `origin` gets. Where the page sends credentials, a browser looks for its permission in
 * the answer itself, not only in that to `OPTIONS`, which says more besides.
 * Source: CORS check of the Fetch standard, https://fetch.spec.whatwg.org/#concept-cors-check
 */
export function corsHeaders(
  policy: CorsPolicy,
  origin: string | undefined,
  isPreflight: boolean,
): readonly (readonly [name: string, value: string])[] {
  const allowed = allowedOrigin(policy.origins, origin ?? '');
  if (allowed === null) return [];
  const headers: [string, string][] = [['Access-Control-Allow-Origin', allowed]];
  // What is answered depends on who asks, and a cache between has to know.
  if (policy.origins === '*' || policy.origins === 'localhost') headers.push(['Vary', 'Origin']);
  if (policy.credentials) headers.push(['Access-Control-Allow-Credentials', 'true']);
  if (!isPreflight) return headers;
  headers.push(['Access-Control-Allow-Methods', policy.methods]);
  headers.push(['Access-Control-Allow-Headers', policy.headers]);
  return headers;
}

/** With credentials a browser wants to read its own origin, not `*`. */
function allowedOrigin(origins: string, origin: string): string | null {
  if (origins === '*') return origin;
  if (origins === 'localhost') return LOCAL.test(origin) ? origin : null;
  return origins;
}
