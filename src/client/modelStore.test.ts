import { afterEach, expect, it } from 'vitest';
import type { StoredModel, StoreProgress } from '../protocol/store.ts';
import type { WorkerApi } from '../protocol/worker.ts';
import { FakeWorker } from './fakeWorker.ts';
import { ModelStore, type StoreCallOptions } from './modelStore.ts';

const MODEL: StoredModel = {
  id: 'https://example.com/m.gguf',
  files: [],
  sizeBytes: 8,
  presentBytes: 8,
  isComplete: true,
  isPinned: false,
  addedAt: 1,
  usedAt: 2,
};
const PROGRESS: StoreProgress = {
  id: MODEL.id,
  phase: 'download',
  loadedBytes: 4,
  totalBytes: 8,
  resumedBytes: 0,
  bytesPerSecond: 4,
  remainingSeconds: 1,
};

let workers: FakeWorker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

function open(api: Partial<WorkerApi>): ModelStore {
  workers = [];
  const worker = () => {
    const started = new FakeWorker(() => {}, api);
    workers.push(started);
    // The rest of a `Worker`, which nobody calls.
    const rest = { onerror: null, onmessage: null, onmessageerror: null, dispatchEvent: () => true };
    return Object.assign(started, rest);
  };
  return new ModelStore({ worker, hfToken: 'secret' });
}

it('a model is added with its digest and the access to the Hub, and its progress is reported', async () => {
  const given: unknown[] = [];
  const store = open({
    addModel: async (source, access, onProgress) => {
      given.push(source, access);
      await onProgress(PROGRESS);
      return { kind: 'ok', value: MODEL };
    },
  });
  const seen: StoreProgress[] = [];
  const source = { url: new URL(MODEL.id), sha256: 'AB'.repeat(32) };
  expect(await store.add(source, { onProgress: progress => seen.push(progress) })).toEqual(MODEL);
  expect(given).toEqual([{ url: MODEL.id, sha256: 'ab'.repeat(32) }, { hfToken: 'secret' }]);
  expect(seen).toEqual([PROGRESS]);
});

it('a call that is aborted rejects at once with the reason, and is aborted in the worker', async () => {
  let stopped: () => void = () => {};
  const isStopped = new Promise<void>(resolve => {
    stopped = resolve;
  });
  const controller = new AbortController();
  const store = open({
    addModel: (_source, _access, _onProgress, abort) => {
      abort.onmessage = () => stopped();
      queueMicrotask(() => controller.abort(new Error('enough')));
      return new Promise(() => {});
    },
  });
  await expect(store.add(MODEL.id, { signal: controller.signal })).rejects.toThrow('enough');
  await isStopped;
});

it('an error keeps its code, and a source that is none is refused before there is a worker', async () => {
  const store = open({
    deleteModel: async () => ({ kind: 'error', error: { code: 'in_use', message: 'x', details: {} } }),
  });
  await expect(store.add({ url: MODEL.id, sha256: 'short' })).rejects.toThrow(
    'source.sha256 must be 64 hexadecimal digits; got "short"',
  );
  expect(workers).toHaveLength(0);
  await expect(store.delete('x')).rejects.toMatchObject({ code: 'in_use' });
});

it('one worker serves all calls until the store is closed; a later call starts another', async () => {
  const store = open({ listModels: async () => ({ kind: 'ok', value: [MODEL] }) });
  await Promise.all([store.list(), store.list()]);
  expect(workers).toHaveLength(1);
  await store.close();
  expect(workers[0].terminated).toBe(true);
  expect(await store.list()).toEqual([MODEL]);
  expect(workers).toHaveLength(2);
});

it('a call that is aborted at any moment of its beginning does not go on in the worker', async () => {
  let nBegun = 0;
  let nStopped = 0;
  const store = open({
    listModels: async () => ({ kind: 'ok', value: [] }),
    addModel: (_source, _access, _onProgress, abort) => {
      nBegun++;
      abort.onmessage = () => nStopped++;
      return new Promise(() => {});
    },
  });
  await store.list();
  for (let nTurns = 0; nTurns < 12; nTurns++) {
    const controller = new AbortController();
    const adding = store.add(MODEL.id, { signal: controller.signal });
    for (let turn = 0; turn < nTurns; turn++) await Promise.resolve();
    controller.abort(new Error('enough'));
    await expect(adding).rejects.toThrow('enough');
  }
  await expect.poll(() => nBegun).toBeGreaterThan(0);
  await expect.poll(() => nStopped).toBe(nBegun);
});

it('close ends a call that has just been made, and leaves no worker', async () => {
  const store = open({ addModel: () => new Promise(() => {}) });
  const ended = expect(store.add(MODEL.id)).rejects.toMatchObject({ code: 'closed' });
  await store.close();
  await ended;
  expect(workers.map(({ terminated }) => terminated)).toEqual([true]);
});

it('the call after a crash of the worker starts another one', async () => {
  const store = open({
    listModels: async () => ({ kind: 'ok', value: [MODEL] }),
    storeUsage: () => new Promise(() => {}),
  });
  await store.list();
  const pending = expect(store.usage()).rejects.toThrow('the worker stopped: out of memory');
  await Promise.resolve();
  workers[0].crash('out of memory');
  await pending;
  expect(await store.list()).toEqual([MODEL]);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
});

it('a call has its own access to the Hub in place of the store’s', async () => {
  const given: unknown[] = [];
  const store = open({
    addModel: async (_, access) => {
      given.push(access);
      return { kind: 'ok', value: MODEL };
    },
  });
  await store.add('hf:org/name', { hfEndpoint: 'https://hub.test' });
  await store.add('hf:org/name');
  expect(given).toEqual([{ hfEndpoint: 'https://hub.test' }, { hfToken: 'secret' }]);
  await expect(store.add('hf:org/name', { hfTokn: 'x' } as StoreCallOptions)).rejects.toMatchObject({
    code: 'invalid_option',
    message: expect.stringContaining('hfToken'),
  });
});
