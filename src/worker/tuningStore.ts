/** What was measured before, by key. Nothing depends on it but time, so it may forget. */
export interface TuningStore {
  /** Undefined where there is nothing. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

const CACHE = 'foretoken-tuning';

/**
 * Remembers in the origin's cache storage, which is a map from addresses to texts. Where the browser refuses it, as some do in
 * private windows, nothing is remembered.
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
      // It is measured again next time.
    }
  },
};

/** Nobody fetches it; a cache only wants its keys to be addresses. */
function addressOf(key: string): string {
  return `https://foretoken.invalid/tuning?${encodeURIComponent(key)}`;
}
