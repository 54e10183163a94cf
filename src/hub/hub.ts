import { refused } from './refused.ts';

/** Address of the Hugging Face Hub. */
const HUB_ENDPOINT = 'https://huggingface.co';

/** How to reach the Hub. */
export interface HubOptions {
  /** Address of a server with the Hub's API in place of the Hub. */
  readonly endpoint?: string | undefined;
  /** Access token for repositories that need a login. */
  readonly token?: string | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Hub, or a server with its API. */
export interface Hub {
  /** Ends with a slash. */
  readonly endpoint: string;
  /**
   * Works like the global `fetch`, for any address. What goes to the Hub has the token, and is rejected with `fetch_failed` where
   * the Hub asks for a login.
   *
   * A request without a token has no header that would need a preflight. A browser drops the token at a redirect to another
   * origin, where the Hub's storage is.
   */
  readonly fetch: typeof fetch;
}

export function openHub(options: HubOptions = {}): Hub {
  const endpoint = `${(options.endpoint ?? HUB_ENDPOINT).replace(/\/+$/, '')}/`;
  const { token, fetch = (input, init) => globalThis.fetch(input, init) } = options;
  return {
    endpoint,
    async fetch(input, init) {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith(endpoint)) return fetch(input, init);
      const headers = new Headers(init?.headers);
      if (token) headers.set('authorization', `Bearer ${token}`);
      const response = await fetch(input, { ...init, headers });
      if (response.status !== 401 && response.status !== 403) return response;
      await response.body?.cancel();
      throw refused(response, `${repositoryOf(url.slice(endpoint.length))} on ${endpoint}`);
    },
  };
}

/** `ORG/NAME` of a path of the API or of a file. */
function repositoryOf(path: string): string {
  return /^(?:api\/models\/)?([^/]+\/[^/]+)/.exec(path)?.[1] ?? path;
}
