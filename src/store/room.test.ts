import { beforeEach, describe, expect, it } from 'vitest';
import { ModelStore, type Wanted } from './modelStore.ts';
import { FakeSource, randomGguf } from './testing/fakeSource.ts';
import { MemoryOrigin, quotaError } from './testing/memoryHost.ts';

const CHUNK_BYTES = 64 << 10;
const content = randomGguf(20 * CHUNK_BYTES + 1000);
let origin: MemoryOrigin;
let source: FakeSource;
let store: ModelStore;

beforeEach(() => {
  origin = new MemoryOrigin();
  source = new FakeSource(content);
  store = new ModelStore(origin.tab(), CHUNK_BYTES);
});

function wanted({ id = source.url } = {}): Wanted {
  const file = { url: source.url, name: 'random.gguf', sizeBytes: null, sha256: null };
  return { id, resolve: async () => [file], fetch: source.fetch };
}

const call = () => ({ signal: new AbortController().signal, onProgress: () => {} });

describe('room', () => {
  it('that does not suffice ends a download before it begins, with the numbers', async () => {
    origin.quotaBytes = 100_000;
    await expect(store.add(wanted(), call())).rejects.toMatchObject({
      code: 'quota_exceeded',
      details: { quotaBytes: 100_000, neededBytes: content.byteLength },
    });
    expect(origin.files.size).toBe(0);
    expect(source.asked).toEqual(['bytes=0-3']);
  });

  it('that runs out in the middle removes what came', async () => {
    source.answer = request => {
      if (request.nth === 1) origin.quotaBytes = 600_000;
      return source.response(source.content, 200, {});
    };
    await expect(store.add(wanted(), call())).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(origin.files.size).toBe(0);
    expect(await store.list()).toEqual([]);
  });

  it('is made by removing the model that was used longest ago and is not pinned', async () => {
    for (const id of ['pinned', 'old', 'young']) await store.add(wanted({ id }), call());
    await store.setPinned('pinned', true);
    origin.quotaBytes = origin.usedBytes + 1000;
    await store.add(wanted({ id: 'new' }), call());
    expect((await store.list()).map(({ id }) => id)).toEqual(['new', 'young', 'pinned']);
    expect(origin.files.size).toBe(3);
  });

  it('is made where the browser reports more of it than it grants', async () => {
    const tab = origin.tab();
    const estimate = async () => ({ usedBytes: origin.usedBytes, quotaBytes: origin.usedBytes + 2 ** 33 });
    store = new ModelStore({ ...tab, room: { ...tab.room, estimate } }, CHUNK_BYTES);
    for (const id of ['old', 'young']) await store.add(wanted({ id }), call());
    origin.quotaBytes = origin.usedBytes + 1000;
    await store.add(wanted({ id: 'new' }), call());
    expect((await store.list()).map(({ id }) => id)).toEqual(['new', 'young']);
    await Promise.all(['new', 'young'].map(id => store.setPinned(id, true)));
    await expect(store.add(wanted({ id: 'newer' }), call())).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    expect((await store.list()).map(({ id }) => id)).toEqual(['new', 'young']);
  });

  it('is made for a file of unknown size by one model after another, until it fits', async () => {
    for (const id of ['old', 'young', 'youngest']) await store.add(wanted({ id }), call());
    source.answer = () => source.response(source.content, 200, {});
    // There is room for two and a half models.
    origin.quotaBytes = 2.5 * content.byteLength;
    expect(await store.add(wanted({ id: 'new' }), call())).toMatchObject({ isComplete: true });
    expect((await store.list()).map(({ id }) => id)).toEqual(['new', 'youngest']);
  });

  it('that no removed model gives ends the download of a file of unknown size', async () => {
    await store.add(wanted({ id: 'old' }), call());
    source.answer = () => source.response(source.content, 200, {});
    origin.quotaBytes = 1000;
    await expect(store.add(wanted({ id: 'new' }), call())).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(origin.files.size).toBe(0);
  });

  it('that lacks for a new file or its entry gives quota_exceeded, and keeps no model from being used', async () => {
    await store.add(wanted({ id: 'known' }), call());
    await store.setPinned('known', true);
    const tab = origin.tab();
    const refuse = async () => {
      throw quotaError();
    };
    const noFile = new ModelStore({ ...tab, folder: { ...tab.folder, open: refuse } }, CHUNK_BYTES);
    await expect(noFile.add(wanted({ id: 'a' }), call())).rejects.toMatchObject({ code: 'quota_exceeded' });
    const noEntry = new ModelStore({ ...tab, index: { ...tab.index, update: refuse } }, CHUNK_BYTES);
    await expect(noEntry.add(wanted({ id: 'b' }), call())).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(await noEntry.add(wanted({ id: 'known' }), call())).toMatchObject({ isComplete: true });
    expect((await store.list()).map(({ id }) => id)).toEqual(['known']);
  });
});
