/** Stored measurements, by key. They save only time, so the store may lose them. */
export interface TuningStore {
  /** Stored value; undefined if there is none. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

const CACHE = 'foretoken-tuning';

/**
 * Stores in the origin's cache storage, which maps addresses to texts. Stores nothing where the browser refuses it, as some do in
 * private windows.
 */
export const ORIGIN_TUNING_STORE: TuningStore = {
  async get(key) {
    try {
      const kept = await (await caches.open(CACHE)).match(addressOf(key));
      return await kept?.json();
    } catch {
      return undefined;
    }
  },
  async set(key, value) {
    try {
      await (await caches.open(CACHE)).put(addressOf(key), Response.json(value));
    } catch {
      // Without storage the next load measures again.
    }
  },
};

/** Address to serve as a cache key; it is never fetched. */
function addressOf(key: string): string {
  return `https://foretoken.invalid/tuning?${encodeURIComponent(key)}`;
}
