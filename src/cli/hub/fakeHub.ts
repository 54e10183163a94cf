import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Headers with which the Hub lets a page of any origin ask with a token, and read what it needs. */
const CORS = [
  ['access-control-allow-origin', '*'],
  ['access-control-allow-headers', 'authorization, range'],
  [
    'access-control-expose-headers',
    'X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag',
  ],
] as const;

/** Faults of the fake Hub. */
export interface Faults {
  /** Breaks off this many responses with a file, each after this many bytes. */
  breaks?: number;
  breakAfterBytes?: number;
  /** Answers ranges with the whole file. */
  ignoresRanges?: boolean;
  /** Sends bytes that do not match the digest. */
  corrupts?: boolean;
  /** Answers every request with this status. */
  status?: number;
  /** Requires this token. */
  token?: string;
  /** Sends another version with another ETag. */
  changes?: boolean;
}

/** Hub for tests with one repository, `org/name`, or under every name. */
export class FakeHub {
  readonly faults: Faults = {};
  /** Requested paths, with the range, if there was one. */
  readonly asked: string[] = [];
  readonly #files: Readonly<Record<string, Buffer>>;
  readonly #hasEveryName: boolean;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #endpoint = '';

  private constructor(files: Readonly<Record<string, Buffer>>, hasEveryName: boolean) {
    this.#files = files;
    this.#hasEveryName = hasEveryName;
  }

  static async open(
    files: Readonly<Record<string, Buffer>>,
    { hasEveryName = false }: { readonly hasEveryName?: boolean } = {},
  ): Promise<FakeHub> {
    const hub = new FakeHub(files, hasEveryName);
    await new Promise<void>(resolve => hub.#server.listen(0, '127.0.0.1', resolve));
    const address = hub.#server.address();
    hub.#endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    return hub;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    const url = this.#pathOf(request);
    for (const [name, value] of CORS) response.setHeader(name, value);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    this.asked.push([request.method, url, headers.range].filter(Boolean).join(' '));
    const { status, token } = this.faults;
    if (status !== undefined) response.writeHead(status).end();
    else if (token !== undefined && headers.authorization !== `Bearer ${token}`)
      response.writeHead(401).end();
    else if (url.startsWith('/api/models?'))
      json(response, [{ id: 'org/name', downloads: 12_345, gated: false }]);
    else if (url === '/api/models/org/name/refs')
      json(response, { branches: [{ name: 'main', targetCommit: COMMIT }] });
    else if (url === `/api/models/org/name/tree/${COMMIT}?recursive=true`) json(response, this.#tree());
    else this.#sendFile(request, response);
  }

  /** Path of a request, with the one name in place of any other if all are answered. */
  #pathOf({ url = '' }: IncomingMessage): string {
    return this.#hasEveryName ? url.replace(/^(\/api\/models)?\/(?!api\/)[^/?]+\/[^/]+/, '$1/org/name') : url;
  }

  #tree(): object[] {
    const files = Object.entries(this.#files).map(([path, content]) => {
      const size = content.length;
      const git = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
      const isLarge = path.endsWith('.gguf');
      const lfs = { oid: createHash('sha256').update(content).digest('hex'), size };
      return { type: 'file', path, size, oid: git, ...(isLarge && { lfs }) };
    });
    return [{ type: 'directory', path: 'folder', oid: COMMIT, size: 0 }, ...files];
  }

  #sendFile(request: IncomingMessage, response: ServerResponse): void {
    const { headers, method } = request;
    const content = this.#files[this.#pathOf(request).replace(`/org/name/resolve/${COMMIT}`, '').slice(1)];
    if (!content) {
      response.writeHead(404).end();
      return;
    }
    const { corrupts, changes } = this.faults;
    const sent = corrupts || changes ? Buffer.alloc(content.length, 'x') : content;
    const range = this.faults.ignoresRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] || Number.POSITIVE_INFINITY), sent.length - 1) + 1;
    if (range) response.setHeader('content-range', `bytes ${start}-${end - 1}/${sent.length}`);
    const etag = changes ? '"2"' : '"1"';
    response.writeHead(range ? 206 : 200, { 'content-length': end - start, etag });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    if ((this.faults.breaks ?? 0) === 0) {
      response.end(sent.subarray(start, end));
      return;
    }
    this.faults.breaks = (this.faults.breaks ?? 0) - 1;
    const part = sent.subarray(start, Math.min(end, start + (this.faults.breakAfterBytes ?? 0)));
    // Let the bytes arrive before the connection breaks.
    response.write(part, () => setTimeout(() => response.destroy(), 250));
    if (part.length === 0) response.destroy();
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
