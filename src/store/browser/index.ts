import { createStore, del, get, set, values } from 'idb-keyval';
import type { Entry } from '../entry.ts';
import type { Index } from '../host.ts';

/** Table of entries in IndexedDB. */
export async function openIndex(name: string): Promise<Index> {
  const store = createStore(name, 'entries');
  const index: Index = {
    get: async id => (await get<Entry>(id, store)) ?? null,
    all: () => values<Entry>(store),
    async update(id, change) {
      // One transaction, so that two tabs do not lose each other's changes.
      await store('readwrite', async table => {
        const request = table.get(id);
        await new Promise<void>((resolve, reject) => {
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const next = change(request.result ?? null);
            if (next) table.put(next, id);
            else table.delete(id);
            resolve();
          };
        });
        await new Promise<void>((resolve, reject) => {
          const { transaction } = table;
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
        });
      });
    },
  };
  // Fails here rather than in the middle if the browser refuses.
  await index.all();
  return index;
}
