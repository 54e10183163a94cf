import { describe, expect, it } from 'vitest';
import { type ByteSource, openSource, readGguf, writeGguf } from './index.ts';

const URL_OF_MODEL = 'https://example.org/models/tiny.gguf?download=true';
/** Longer than the first range that is requested. */
const FILE = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31) % 251);

interface ServerBehaviour {
  readonly ranges?: boolean;
  /** Whether CORS lets the page read `Content-Range`. */
  readonly contentRange?: boolean;
  readonly head?: boolean;
}

/** `fetch` that serves a file and records its requests. */
function serverOf(file: Uint8Array<ArrayBuffer>, behaviour: ServerBehaviour = {}) {
  const { ranges = true, contentRange = true, head = true } = behaviour;
  const requests: string[] = [];
  const fetchImpl: typeof fetch = async (_url, init) => {
    const range = new Headers(init?.headers).get('range');
    requests.push(`${init?.method ?? 'GET'} ${range ?? 'all'}`);
    init?.signal?.throwIfAborted();
    if (init?.method === 'HEAD') {
      return head
        ? new Response(null, { headers: { 'content-length': String(file.length) } })
        : new Response(null, { status: 405 });
    }
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    if (!ranges || !match) return new Response(file);
    const start = Number(match[1]);
    const end = Math.min(Number(match[2]) + 1, file.length);
    const headers = contentRange ? { 'content-range': `bytes ${start}-${end - 1}/${file.length}` } : {};
    return new Response(file.slice(start, end), { status: 206, headers: new Headers(headers) });
  };
  return { fetchImpl, requests };
}

async function expectToRead(source: ByteSource): Promise<void> {
  expect(source.sizeBytes).toBe(FILE.length);
  for (const [offset, length] of [
    [0, 4],
    [100, 0],
    [(1 << 20) - 2, 4],
    [FILE.length - 5, 5],
  ] as const) {
    expect(await source.read(offset, length)).toEqual(FILE.subarray(offset, offset + length));
  }
}

describe('openSource', () => {
  it.each([
    ['a Uint8Array', FILE],
    ['an ArrayBuffer', FILE.buffer],
    ['a Blob', new Blob([FILE])],
    ['a File', new File([FILE], 'chosen.gguf')],
  ])('reads %s', async (_, model) => {
    await expectToRead(await openSource(model));
  });

  it('takes the name of a file or of the last part of a URL', async () => {
    expect((await openSource(new File([FILE], 'chosen.gguf'))).name).toBe('chosen.gguf');
    expect((await openSource(URL_OF_MODEL, serverOf(FILE).fetchImpl)).name).toBe('tiny.gguf');
  });

  it.each([
    ['serves ranges', {}],
    ['ignores ranges', { ranges: false }],
    ['hides Content-Range', { contentRange: false }],
    ['hides Content-Range and does not answer HEAD', { contentRange: false, head: false }],
  ])('reads from a server that %s', async (_, behaviour) => {
    await expectToRead(await openSource(new URL(URL_OF_MODEL), serverOf(FILE, behaviour).fetchImpl));
  });

  it('asks a server with ranges only for the bytes that are read', async () => {
    const { fetchImpl, requests } = serverOf(FILE);
    const source = await openSource(URL_OF_MODEL, fetchImpl);
    await source.read(0, 1000);
    await source.read(2_000_000, 10);
    expect(requests).toEqual(['GET bytes=0-1048575', 'GET bytes=2000000-2000009']);
  });

  it('asks a server without ranges once', async () => {
    const { fetchImpl, requests } = serverOf(FILE, { ranges: false });
    await expectToRead(await openSource(URL_OF_MODEL, fetchImpl));
    expect(requests).toHaveLength(1);
  });

  it('needs one request for the header of a small model', async () => {
    const { fetchImpl, requests } = serverOf(
      writeGguf({ metadata: { key: { type: 'bool', value: true } }, tensors: [] }),
    );
    expect((await readGguf(await openSource(URL_OF_MODEL, fetchImpl))).metadata.get('key')).toBe(true);
    expect(requests).toHaveLength(1);
  });

  const failures: [string, typeof fetch, number, RegExp][] = [
    ['a missing file', async () => new Response(null, { status: 404 }), 404, /HTTP 404; check the address/],
    ['a server error', async () => new Response(null, { status: 503 }), 503, /HTTP 503; .*try again later/],
    [
      'a network failure',
      () => Promise.reject(new TypeError('no route')),
      0,
      /no route.*check the connection/,
    ],
  ];
  it.each(failures)(
    'reports %s with the URL, the status and a remedy',
    async (_, fetchImpl, status, message) => {
      await expect(openSource(URL_OF_MODEL, fetchImpl)).rejects.toMatchObject({
        code: 'fetch_failed',
        message: expect.stringMatching(message),
        details: { url: URL_OF_MODEL, status },
      });
    },
  );

  const changes: [string, Response, RegExp][] = [
    ['stops serving ranges', new Response(FILE), /HTTP 200 instead of 206/],
    ['sends fewer bytes', partial(9, `bytes 2000000-2000009/${FILE.length}`), /9 bytes came of 10/],
    [
      'sends another range',
      partial(10, `bytes 0-9/${FILE.length}`),
      /bytes from 0 came instead of from 2000000/,
    ],
    ['replaces the file', partial(10, 'bytes 2000000-2000009/2000020'), /has 2000020 bytes and had 3145728/],
  ];
  it.each(changes)('reports a server that %s later', async (_, later, message) => {
    const { fetchImpl } = serverOf(FILE);
    let nRequests = 0;
    const source = await openSource(URL_OF_MODEL, async (url, init) =>
      nRequests++ === 0 ? fetchImpl(url, init) : later,
    );
    await expect(source.read(2_000_000, 10)).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringMatching(message),
    });
  });

  it('rejects as soon as the signal is aborted', async () => {
    const { fetchImpl, requests } = serverOf(FILE);
    const source = await openSource(URL_OF_MODEL, fetchImpl);
    await expect(source.read(2_000_000, 10, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(requests).toHaveLength(1);
  });

  it('reports an abort during a request as an abort', async () => {
    const { fetchImpl } = serverOf(FILE);
    const controller = new AbortController();
    let nRequests = 0;
    const source = await openSource(URL_OF_MODEL, (url, init) => {
      if (nRequests++ > 0) controller.abort();
      return fetchImpl(url, init);
    });
    const reading = source.read(2_000_000, 10, controller.signal);
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
  });
});

function partial(length: number, contentRange: string): Response {
  return new Response(FILE.slice(0, length), { status: 206, headers: { 'content-range': contentRange } });
}
