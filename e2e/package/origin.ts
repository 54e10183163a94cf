import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Static file server on a port, and so an origin, of its own. */
export class Origin {
  readonly #server: Server;
  /** Paths that were requested. */
  readonly requested: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Serves folders by the beginnings of their paths, the first that fits; `pages` has texts by their paths.
   *
   * @param headers sent with every response
   */
  static async open(
    folders: Readonly<Record<string, string>>,
    { headers = {}, pages = {} }: { headers?: Record<string, string>; pages?: Record<string, string> } = {},
  ): Promise<Origin> {
    const server = createServer(async ({ url = '/' }, response) => {
      const { pathname } = new URL(url, 'http://localhost');
      const path = pathname === '/' ? '/index.html' : pathname;
      origin.requested.push(path);
      const found = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
      const file = found && join(found[1], normalize(path.slice(found[0].length)));
      const body = pages[path] ?? (await readFile(file ?? '').catch(() => null));
      response.writeHead(body === null ? 404 : 200, {
        ...headers,
        'content-type': (body !== null && TYPES[extname(path)]) || 'application/octet-stream',
      });
      response.end(body ?? '');
    });
    const origin = new Origin(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return origin;
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Strict Content-Security-Policy: requests go to the page's own origin, scripts and workers come from the given sources. */
export function policy(scripts: string, workers: string): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; script-src ${scripts}; worker-src ${workers}; connect-src 'self'`,
  };
}
