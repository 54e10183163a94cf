import { createStore, get, promisifyRequest, values } from 'idb-keyval';
import type { Entry } from '../entry.ts';
import type { Index } from '../host.ts';

/** Table of entries in IndexedDB. Rejects if the browser keeps none. */
export async function openIndex(name: string): Promise<Index> {
  const store = createStore(name, 'entries');
  const index: Index = {
    get: async id => (await get<Entry>(id, store)) ?? null,
    all: () => values<Entry>(store),
    // One transaction, so that two tabs do not lose each other's changes. `update` of idb-keyval cannot delete.
    update: (id, change) =>
      store('readwrite', table => {
        const request = table.get(id);
        request.onsuccess = () => {
          const next = change(request.result ?? null);
          if (next) table.put(next, id);
          else table.delete(id);
        };
        return promisifyRequest(table.transaction);
      }),
  };
  await index.all();
  return index;
}
