import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreProgress } from '../protocol/store.ts';
import { hex } from '../util/digest.ts';
import { ModelStore, type Wanted } from './modelStore.ts';
import { type Answer, FakeSource, randomGguf } from './testing/fakeSource.ts';
import { MemoryOrigin } from './testing/memoryHost.ts';

const CHUNK_BYTES = 64 << 10;
const SIZE = 20 * CHUNK_BYTES + 1000;
let content: Uint8Array<ArrayBuffer>;
let changed: Uint8Array<ArrayBuffer>;
let sha256: string;
let origin: MemoryOrigin;
let source: FakeSource;
let store: ModelStore;
let progress: StoreProgress[];

beforeAll(async () => {
  content = randomGguf(SIZE);
  changed = randomGguf(SIZE, 2);
  sha256 = await digest(content);
});
beforeEach(() => {
  origin = new MemoryOrigin();
  source = new FakeSource(content);
  store = new ModelStore(origin.tab(), CHUNK_BYTES);
  progress = [];
});

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function wanted(overrides: Partial<Wanted> & { sha256?: string | null } = {}): Wanted {
  const { url } = source;
  const file = { url, name: 'random.gguf', sizeBytes: null, sha256: overrides.sha256 ?? null };
  return { id: url, resolve: async () => [file], fetch: source.fetch, ...overrides };
}

const call = (signal = new AbortController().signal) => ({
  signal,
  onProgress: (p: StoreProgress) => progress.push(p),
});

/** Bytes of the one file in the store. */
function stored(): Uint8Array {
  expect(origin.files.size).toBe(1);
  return [...origin.files.values()][0];
}

/** Requests for the bytes of a file, without the one for its beginning. */
const downloads = () => source.asked.filter(range => range !== 'bytes=0-3');

/** Whether two files are equal; `toEqual` is slow for megabytes. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Downloads until `after` requests for bytes were answered, and then loses the tab. */
async function crashAfter(after: number): Promise<void> {
  const tab = new AbortController();
  const { answer } = source;
  source.answer = async request => {
    if (downloads().length > after) {
      tab.abort(new Error('killed'));
      throw new Error('killed');
    }
    return answer(request);
  };
  await expect(store.add(wanted(), call(tab.signal))).rejects.toThrow('killed');
  source.answer = answer;
  source.asked.length = 0;
}

describe('a model', () => {
  it('is stored byte for byte, with its SHA-256 and version, and is there for the next call without a download', async () => {
    const model = await store.add(wanted(), call());
    expect(same(stored(), content)).toBe(true);
    expect(model).toMatchObject({
      id: source.url,
      isComplete: true,
      isPinned: false,
      sizeBytes: content.byteLength,
      presentBytes: content.byteLength,
      files: [{ name: 'random.gguf', sha256, etag: '"1"', ranges: [[0, content.byteLength]] }],
    });
    const before = downloads().length;
    expect(await store.add(wanted(), call())).toMatchObject({ isComplete: true });
    expect(downloads()).toHaveLength(before);
  });

  it('is used as it is while its source does not answer', async () => {
    await store.add(wanted(), call());
    source.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    origin.pauses.length = 0;
    expect(await store.add(wanted(), call())).toMatchObject({ isComplete: true });
    expect(origin.pauses).toEqual([500]);
  });

  it('reports bytes, total, speed, time left, and in the end all of it', async () => {
    await store.add(wanted(), call());
    expect(progress.at(-1)).toMatchObject({
      id: source.url,
      phase: 'download',
      loadedBytes: content.byteLength,
      totalBytes: content.byteLength,
      resumedBytes: 0,
      remainingSeconds: 0,
    });
    expect(progress.at(-1)?.bytesPerSecond).toBeGreaterThan(0);
  });

  it('goes on after a crash of the tab with what was there, twice', async () => {
    for (const expected of [1, 2]) {
      await crashAfter(1);
      const [model] = await store.list();
      expect(model).toMatchObject({ isComplete: false });
      expect(model.presentBytes).toBeGreaterThanOrEqual(expected * CHUNK_BYTES);
    }
    const [{ presentBytes }] = await store.list();
    const model = await store.add(wanted(), call());
    expect(progress.at(-1)?.resumedBytes).toBe(presentBytes);
    expect(model.files[0].sha256).toBe(sha256);
    expect(same(stored(), content)).toBe(true);
  });

  it('in parts is stored part by part, and goes on across parts', async () => {
    const parts = [source, new FakeSource(randomGguf(1000, 3))];
    const files = parts.map((_, i) => ({
      url: `https://example.com/p-0000${i + 1}-of-00002.gguf`,
      name: `p-0000${i + 1}-of-00002.gguf`,
      sizeBytes: null,
      sha256: null,
    }));
    let isDown = true;
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const isSecond = String(url).includes('00002-of');
      const isDownload = new Headers(init?.headers).get('range') !== 'bytes=0-3';
      if (isSecond && isDown && isDownload) return new Response(null, { status: 403 });
      return parts[isSecond ? 1 : 0].fetch(url, init);
    };
    const model = { id: 'hf:org/name', resolve: async () => files, fetch };
    await expect(store.add(model, call())).rejects.toMatchObject({ code: 'fetch_failed' });
    isDown = false;
    source.asked.length = 0;
    expect(await store.add(model, call())).toMatchObject({
      isComplete: true,
      files: [{ sha256 }, { sha256: await digest(parts[1].content) }],
    });
    expect(downloads()).toEqual([]);
  });
});

const REPAIRED: readonly { fault: string; answer: (source: FakeSource) => Answer }[] = [
  {
    fault: 'cuts every connection after 20 kB',
    answer: source => request => source.cut(request, 20_000),
  },
  {
    fault: 'is busy now and then',
    answer: source => request =>
      request.nth % 2 ? new Response(null, { status: 503 }) : source.right(request),
  },
  {
    fault: 'is behind the page of a hotel for a while',
    answer: source => request =>
      request.nth === 2
        ? new Response('<html>', { headers: { 'content-type': 'text/html' } })
        : source.right(request),
  },
  { fault: 'ignores ranges', answer: source => () => source.whole() },
  {
    fault: 'ignores ranges and hides the size',
    answer: source => () => source.response(source.content, 200, {}),
  },
  {
    fault: 'ignores ranges and loses the connection once',
    answer: source => request => (request.nth === 1 ? source.cut({ range: null }, 900_000) : source.whole()),
  },
  {
    fault: 'sends a compressed file with its compressed length',
    answer: source => () =>
      source.response(source.content, 200, { 'content-length': '1000', 'content-encoding': 'gzip' }),
  },
  {
    fault: 'sends a compressed file with its compressed length, and hides that',
    answer: source => () => source.response(source.content, 200, { 'content-length': '1000' }),
  },
  {
    fault: 'sends other ranges than asked for',
    answer: source => request =>
      request.range === null
        ? source.whole()
        : source.response(source.content.subarray(7, 107), 206, {
            'content-range': `bytes 7-106/${source.content.byteLength}`,
          }),
  },
  {
    fault: 'sends more than asked for',
    answer: source => request => {
      const [from] = request.range ?? [0];
      return request.range === null
        ? source.whole()
        : source.response(source.content.subarray(from), 206, {
            'content-range': `bytes ${from}-${content.byteLength - 1}/${content.byteLength}`,
          });
    },
  },
  {
    fault: 'changes the file once in the middle of the download',
    answer: source => request => {
      if (request.nth === 3) {
        source.content = changed;
        source.etag = '"2"';
      }
      return source.right(request);
    },
  },
];

describe('a server that', () => {
  it.each(REPAIRED)('$fault ends with the right file', async ({ answer }) => {
    source.answer = answer(source);
    const model = await store.add(wanted(), call());
    expect(same(stored(), source.content)).toBe(true);
    expect(model.files[0].sha256).toBe(await digest(source.content));
    expect(model.presentBytes).toBe(content.byteLength);
  });

  it.each<{ fault: string; answer: (source: FakeSource) => Answer; code: string; message: RegExp }>([
    {
      fault: 'answers with a page',
      answer: () => () => new Response('<!doctype html>'),
      code: 'invalid_gguf',
      message: /begins with "<!do".*answers with a page/,
    },
    {
      fault: 'has an empty file',
      answer: () => () => new Response(null, { headers: { 'content-length': '0' } }),
      code: 'invalid_gguf',
      message: /is an empty file/,
    },
    {
      fault: 'has an empty file and knows ranges',
      answer: () => () => new Response(null, { status: 416 }),
      code: 'invalid_gguf',
      message: /is an empty file/,
    },
    {
      fault: 'has no such file',
      answer: () => () => new Response(null, { status: 404 }),
      code: 'fetch_failed',
      message: /HTTP 404/,
    },
    {
      fault: 'says a size that the header contradicts',
      answer:
        source =>
        ({ range }) => {
          const [from, to] = range ?? [0, 4];
          const size = 2 * CHUNK_BYTES;
          return source.response(source.content.subarray(from, to), 206, {
            'content-range': `bytes ${from}-${to - 1}/${size}`,
          });
        },
      code: 'invalid_gguf',
      message: /tensor "weights" ends at byte .* but the file has 131072/,
    },
    {
      fault: 'never comes back',
      answer: source => request => {
        if (request.nth > 3) return Promise.reject(new TypeError('Failed to fetch'));
        return source.cut(request, 500);
      },
      code: 'fetch_failed',
      message: /broke off with \d+ bytes in the store \(Failed to fetch\); add it again to go on/,
    },
    {
      fault: 'changes the file again and again',
      answer: source => request => {
        source.etag = `"${request.nth}"`;
        return source.right(request);
      },
      code: 'fetch_failed',
      message: /changed 4 times while it was downloaded/,
    },
  ])('$fault ends with an error that says so', async ({ answer, code, message }) => {
    source.answer = answer(source);
    await expect(store.add(wanted(), call())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect((await store.list()).every(model => !model.isComplete)).toBe(true);
  });

  it('forgets ranges has the connection ended that sends what nobody reads', async () => {
    const signals: (AbortSignal | null)[] = [];
    source.answer = request => {
      signals.push(request.signal);
      return request.nth === 0 ? source.right(request) : source.whole();
    };
    await store.add(wanted(), call());
    const [, forRange] = signals;
    expect(signals).toHaveLength(3);
    expect(forRange?.aborted).toBe(true);
  });

  it('never comes back is asked again in growing pauses of a minute in all', async () => {
    source.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(store.add(wanted(), call())).rejects.toMatchObject({ code: 'fetch_failed' });
    expect(origin.pauses).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000]);
  });
});

describe('a file that has changed at its source', () => {
  it.each([
    { how: 'by its ETag', etag: '"2"' as string | null, before: '"1"' as string | null },
    { how: 'by its bytes alone', etag: null, before: null },
  ])('$how since an interrupted download is fetched anew and never mixed', async ({ etag, before }) => {
    source.etag = before;
    await crashAfter(1);
    source.content = changed;
    source.etag = etag;
    const model = await store.add(wanted(), call());
    expect(same(stored(), changed)).toBe(true);
    expect(model.files[0].sha256).toBe(await digest(changed));
  });

  it('since it was stored is fetched anew', async () => {
    await store.add(wanted(), call());
    source.content = changed;
    source.etag = '"2"';
    await store.add(wanted(), call());
    expect(same(stored(), changed)).toBe(true);
  });
});

describe('a digest', () => {
  it('that is right is accepted', async () => {
    expect(await store.add(wanted({ sha256 }), call())).toMatchObject({ files: [{ sha256 }] });
  });

  it('that is wrong ends the download with both digests, and leaves nothing', async () => {
    await expect(store.add(wanted({ sha256: 'f'.repeat(64) }), call())).rejects.toMatchObject({
      code: 'digest_mismatch',
      message: expect.stringContaining(sha256),
    });
    expect(origin.files.size).toBe(0);
    expect(await store.list()).toEqual([]);
  });

  it('of the Hub in a header is compared', async () => {
    source.answer = request => {
      const response = source.right(request);
      response.headers.set('x-linked-etag', `"${'0'.repeat(64)}"`);
      return response;
    };
    await expect(store.add(wanted(), call())).rejects.toMatchObject({ code: 'digest_mismatch' });
  });
});

describe('two tabs', () => {
  it('that want the same file share one download, and the second reports the progress of the first', async () => {
    const second = new ModelStore(origin.tab(), CHUNK_BYTES);
    const seen: StoreProgress[] = [];
    const both = await Promise.all([
      store.add(wanted(), call()),
      second.add(wanted(), { signal: new AbortController().signal, onProgress: p => seen.push(p) }),
    ]);
    expect(both).toMatchObject([{ isComplete: true }, { isComplete: true }]);
    const ranges = downloads().map(
      range =>
        /(\d+)-(\d+)/
          .exec(range ?? '')
          ?.slice(1)
          .map(Number) ?? [],
    );
    expect(ranges.reduce((sum, [from, last]) => sum + last - from + 1, 0)).toBe(content.byteLength);
    expect(seen.some(({ phase, loadedBytes }) => phase === 'waiting' && loadedBytes > 0)).toBe(true);
  });

  it('go on when the first dies in the middle', async () => {
    const second = new ModelStore(origin.tab(), CHUNK_BYTES);
    const tab = new AbortController();
    source.answer = async request => {
      if (downloads().length === 2) tab.abort(new Error('killed'));
      return source.right(request);
    };
    const first = store.add(wanted(), call(tab.signal));
    const other = second.add(wanted(), call());
    await expect(first).rejects.toThrow('killed');
    expect(await other).toMatchObject({ isComplete: true, files: [{ sha256 }] });
    expect(same(stored(), content)).toBe(true);
  });
});

describe('damage', () => {
  const flip = (at: number) => {
    stored()[at] ^= 1;
  };

  it('is found by verify, and only the damaged chunk is fetched again', async () => {
    await store.add(wanted(), call());
    source.asked.length = 0;
    flip(2 * CHUNK_BYTES + 5);
    const report = await store.verify(source.url, source.fetch, call());
    expect(report).toEqual({ id: source.url, checkedBytes: content.byteLength, repairedBytes: CHUNK_BYTES });
    expect(source.asked).toEqual([`bytes=${2 * CHUNK_BYTES}-${3 * CHUNK_BYTES - 1}`]);
    expect(same(stored(), content)).toBe(true);
    expect(await store.list()).toMatchObject([{ isComplete: true, files: [{ sha256 }] }]);
  });

  it('is never read: the right bytes come from the source, and the next call repairs the store', async () => {
    await store.add(wanted(), call());
    flip(3 * CHUNK_BYTES);
    const { sources, close } = await store.open(wanted(), call());
    const from = 3 * CHUNK_BYTES - 10;
    expect(same(await sources[0].read(from, 20), content.subarray(from, from + 20))).toBe(true);
    close();
    expect(await store.list()).toMatchObject([{ isComplete: false }]);
    await store.add(wanted(), call());
    expect(same(stored(), content)).toBe(true);
  });

  it('that cannot be repaired is an error with the place', async () => {
    await store.add(wanted(), call());
    flip(0);
    const { sources } = await store.open(wanted(), call());
    source.answer = () => new Response(null, { status: 404 });
    await expect(sources[0].read(0, 4)).rejects.toThrow(/damaged in the store from byte 0 to 65536/);
  });

  it.each([
    { what: 'a file that is cut', damage: () => origin.files.set(path(), stored().slice(0, 500_000)) },
    { what: 'a file that is gone', damage: () => origin.files.delete(path()) },
  ])('of $what is repaired by the next call, and by verify', async ({ damage }) => {
    await store.add(wanted(), call());
    damage();
    await store.add(wanted(), call());
    expect(same(stored(), content)).toBe(true);
    damage();
    await store.verify(source.url, source.fetch, call());
    expect(same(stored(), content)).toBe(true);
  });

  function path(): string {
    return [...origin.files.keys()][0];
  }
});

describe('deleting', () => {
  it('removes the file and the entry', async () => {
    await store.add(wanted(), call());
    await store.delete(source.url);
    expect(origin.files.size).toBe(0);
    expect(await store.list()).toEqual([]);
  });

  it('is refused while the model is read', async () => {
    await store.add(wanted(), call());
    const { close } = await store.open(wanted(), call());
    await expect(store.delete(source.url)).rejects.toMatchObject({ code: 'in_use' });
    close();
  });

  it.each(['delete', 'verify', 'setPinned'] as const)('%s says what is not there', async method => {
    const attempt = {
      delete: () => store.delete('x'),
      verify: () => store.verify('x', source.fetch, call()),
      setPinned: () => store.setPinned('x', true),
    }[method];
    await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('files that belong to no entry are removed by the next download', async () => {
  origin.files.set('orphan', new Uint8Array(10));
  await store.add(wanted(), call());
  expect([...origin.files.keys()]).not.toContain('orphan');
});

it('usage counts models, the origin and its quota', async () => {
  await store.add(wanted(), call());
  expect(await store.usage()).toEqual({
    modelBytes: content.byteLength,
    originBytes: content.byteLength,
    quotaBytes: 2 ** 40,
    isPersistent: true,
  });
});
