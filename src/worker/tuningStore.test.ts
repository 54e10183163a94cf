import { afterEach, expect, it, vi } from 'vitest';
import { ORIGIN_TUNING_STORE as store } from './tuningStore.ts';

afterEach(() => vi.unstubAllGlobals());

/** Cache storage with as many caches as names. */
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

it('gives back what was kept under that key', async () => {
  vi.stubGlobal('caches', fakeCaches());
  await store.set('GPU 1 & co?|M=4', { maxTile: 8 });
  expect(await store.get('GPU 1 & co?|M=4')).toEqual({ maxTile: 8 });
  expect(await store.get('GPU 1 ')).toBeUndefined();
});

it('keeps nothing where the browser does not let it', async () => {
  const open = () => Promise.reject(new DOMException('no', 'SecurityError'));
  vi.stubGlobal('caches', { open });
  await store.set('key', 1);
  expect(await store.get('key')).toBeUndefined();
});
