import { afterEach, expect, it, vi } from 'vitest';
import { ORIGIN_TUNING_STORE as store } from './tuningStore.ts';

afterEach(() => vi.unstubAllGlobals());

/** Cache storage that holds any number of named caches. */
function fakeCaches() {
  const all = new Map<string, Map<string, Response>>();
  return {
    async open(name: string) {
      const cache = all.get(name) ?? new Map<string, Response>();
      all.set(name, cache);
      return {
        match: async (url: string) => cache.get(new URL(url).href)?.clone(),
        put: async (url: string, response: Response) => void cache.set(new URL(url).href, response),
      };
    },
  };
}

it('returns the value that was stored under a key', async () => {
  vi.stubGlobal('caches', fakeCaches());
  await store.set('GPU 1 & co?|M=4', { maxTile: 8 });
  expect(await store.get('GPU 1 & co?|M=4')).toEqual({ maxTile: 8 });
  expect(await store.get('GPU 1 ')).toBeUndefined();
});

it('stores nothing where the browser refuses storage', async () => {
  const open = () => Promise.reject(new DOMException('no', 'SecurityError'));
  vi.stubGlobal('caches', { open });
  await store.set('key', 1);
  expect(await store.get('key')).toBeUndefined();
});
