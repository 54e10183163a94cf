import { describe, expect, it } from 'vitest';
import { type Site, SiteCache } from './siteCache.ts';

const FOLDER = 'https://site.example/foretoken/';
const SITE: Site = {
  folder: FOLDER,
  files: [
    { path: 'index.html', integrity: 'sha256-a' },
    { path: 'lab.html', integrity: 'sha256-b' },
    { path: 'assets/index-BehxKs_0.css', integrity: null },
    { path: 'assets/engine-worker-D-qw9Yg0.js', integrity: null },
  ],
  digest: 'new',
};

/** Caches of a browser, in memory. */
class Caches {
  readonly held = new Map<string, Map<string, Response>>();

  async open(name: string) {
    const entries = this.held.get(name) ?? new Map<string, Response>();
    this.held.set(name, entries);
    return {
      match: async (url: string) => entries.get(url)?.clone(),
      put: async (url: string, response: Response) => void entries.set(url, response),
    };
  }

  async match(url: string) {
    for (const entries of this.held.values()) if (entries.has(url)) return entries.get(url)?.clone();
    return undefined;
  }

  async keys() {
    return [...this.held.keys()];
  }

  async delete(name: string) {
    return this.held.delete(name);
  }
}

/** Site in a browser. `network` answers with the text, and is down without one. */
function open(site: Site = SITE, caches = new Caches()) {
  const network: { text: string | null; readonly asked: string[] } = { text: 'network', asked: [] };
  const fetcher = async (input: RequestInfo | URL) => {
    network.asked.push(input instanceof Request ? input.url : String(input));
    if (network.text === null) throw new TypeError('no network');
    return new Response(network.text);
  };
  return { cache: new SiteCache(site, caches as unknown as CacheStorage, fetcher), caches, network };
}

/** Request as the browser makes it; the constructor cannot make navigations. */
function request(path: string, mode: RequestMode = 'cors', method = 'GET'): Request {
  const made = new Request(new URL(path, FOLDER), { method });
  Object.defineProperty(made, 'mode', { value: mode });
  return made;
}

describe('SiteCache', () => {
  it.each([
    ['', 'navigate'],
    ['?model=hf:a/b', 'navigate'],
    ['lab', 'navigate'],
    ['lab.html', 'navigate'],
  ] as const)('answers %j from the network, and without one from the cache', async (path, mode) => {
    const { cache, network } = open();
    network.text = 'kept';
    await cache.fill();
    network.text = 'newer';
    expect(await (await cache.answer(request(path, mode)))?.text()).toBe('newer');
    network.text = null;
    expect(await (await cache.answer(request(path, mode)))?.text()).toBe('kept');
  });

  it('answers for files with a hash in their name, such as the worker’s, without the network', async () => {
    const { cache, network } = open();
    await cache.fill();
    network.asked.length = 0;
    await cache.answer(request('assets/index-BehxKs_0.css'));
    await cache.answer(request('assets/engine-worker-D-qw9Yg0.js'));
    expect(network.asked).toEqual([]);
  });

  it.each([
    ['models/a.gguf', 'cors', 'GET'],
    ['assets/engine-worker-ofOther.js', 'cors', 'GET'],
    ['engine', 'navigate', 'GET'],
    ['/v1/models', 'cors', 'GET'],
    ['index.html', 'cors', 'POST'],
    ['https://other.example/foretoken/index.html', 'cors', 'GET'],
  ] as const)('leaves %s (%s, %s) to the browser', (path, mode, method) => {
    expect(open().cache.answer(request(path, mode, method))).toBeNull();
  });

  it('takes files whose name has not changed from the build before, and then removes that', async () => {
    const { cache: before, caches } = open({ ...SITE, digest: 'old' });
    await before.fill();
    const foreign = 'application';
    await caches.open(foreign);
    const { cache, network } = open(SITE, caches);
    await cache.fill();
    expect(network.asked).toEqual(['index.html', 'lab.html'].map(path => FOLDER + path));
    await cache.removeOthers();
    expect([...caches.held.keys()]).toEqual([foreign, `foretoken-site ${FOLDER} new`]);
  });

  it('rejects if a file cannot be had', async () => {
    const { cache, network } = open();
    network.text = null;
    await expect(cache.fill()).rejects.toThrow('no network');
  });
});
