import type { AbortPort, StoreApi, StoreProgress } from '../protocol/store.ts';
import { openHost } from '../store/browser/host.ts';
import type { StoreCall } from '../store/host.ts';
import { ModelStore } from '../store/modelStore.ts';
import { createAbsorb, createHasher } from './hasher.ts';
import { outcome } from './outcome.ts';
import { accessFetch, wantedModel } from './wantedModel.ts';

/** Opens the store of this origin. Throws `store_unavailable`. */
export async function openModelStore(): Promise<ModelStore> {
  return new ModelStore(await openHost(createHasher()));
}

/** Creates the worker's side of the model store, which opens it at the first call. */
export function createStoreApi(open: () => Promise<ModelStore> = openModelStore): StoreApi {
  let opening: Promise<ModelStore> | null = null;

  function store<T>(run: (store: ModelStore) => Promise<T>) {
    opening ??= open();
    const opened = opening;
    // Try again at the next call, because the browser may grant later what it refuses now.
    opened.catch(() => {
      opening = null;
    });
    return outcome(async () => run(await opened));
  }

  return {
    listModels: () => store(models => models.list()),
    addModel: (source, access, onProgress, abort) =>
      store(models => models.add(wantedModel(source, access), storeCall(onProgress, abort))),
    verifyModel: (id, access, onProgress, abort) =>
      store(models => models.verify(id, accessFetch(access), storeCall(onProgress, abort))),
    deleteModel: id => store(models => models.delete(id)),
    pinModel: (id, isPinned) => store(models => models.setPinned(id, isPinned)),
    storeUsage: () => store(models => models.usage()),
    absorb: createAbsorb(),
  };
}

function storeCall(onProgress: (progress: StoreProgress) => void, abort: AbortPort): StoreCall {
  const controller = new AbortController();
  abort.onmessage = () => {
    controller.abort(new DOMException('the call was aborted', 'AbortError'));
    abort.close();
  };
  return { signal: controller.signal, onProgress };
}
