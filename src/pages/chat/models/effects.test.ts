import { describe, expect, it, vi } from 'vitest';
import {
  type estimate,
  ForetokenError,
  type StoreCallOptions,
  type StoredModel,
} from '../../../client/index.ts';
import { FAKE_ESTIMATE } from '../../../protocol/fakeReport.ts';
import { createStore } from '../../frame/store.ts';
import { Fits } from './fits.ts';
import { HubSearch } from './hubSearch.ts';
import { type Models, Shelf } from './shelf.ts';
import { initialModels, isStored, pairKey, reduceModels } from './state.ts';

const TARGET = 'hf:org/target:Q8_0';
const DRAFT = 'hf:org/draft:Q8_0';
const MIRROR = { endpoint: 'https://hub.test', token: 'hf_a', isRemembered: false };

const page = () => createStore(reduceModels, initialModels({ userAgent: '', memoryBytes: null }), () => {});

const stored = (id: string, changes: Partial<StoredModel> = {}): StoredModel => ({
  id,
  files: [],
  sizeBytes: 100,
  presentBytes: 100,
  isComplete: true,
  isPinned: false,
  addedAt: 0,
  usedAt: 0,
  ...changes,
});

/** Store whose downloads end when the test says so. */
class FakeModels implements Models {
  readonly kept = new Map<string, StoredModel>();
  readonly calls = new Map<string, StoreCallOptions>();
  readonly #ends = new Map<string, (error?: Error) => void>();

  list = async () => [...this.kept.values()];
  usage = async () => ({ modelBytes: 0, originBytes: 0, quotaBytes: 1, isPersistent: false });
  add = (source: unknown, call: StoreCallOptions = {}) => this.#work(String(source), call);
  verify = async (id: string, call: StoreCallOptions = {}) => {
    await this.#work(id, call);
    return { id, checkedBytes: 100, repairedBytes: 7 };
  };
  delete = async (id: string) => {
    if (!this.kept.delete(id)) throw new ForetokenError('not_found', `${id} is not there`);
  };
  pin = async (id: string) => void this.kept.set(id, stored(id, { isPinned: true }));
  unpin = async (id: string) => void this.kept.set(id, stored(id));

  end(id: string, error?: Error): void {
    this.#ends.get(id)?.(error);
  }

  #work(id: string, call: StoreCallOptions): Promise<StoredModel> {
    this.calls.set(id, call);
    return new Promise((resolve, reject) => {
      call.signal?.addEventListener('abort', () => reject(call.signal?.reason));
      this.#ends.set(id, error => {
        if (error) return reject(error);
        this.kept.set(id, stored(id));
        resolve(stored(id));
      });
    });
  }
}

async function shelfWith(...ids: readonly string[]) {
  const store = page();
  const models = new FakeModels();
  for (const id of ids) models.kept.set(id, stored(id));
  const shelf = new Shelf(store, models, async () => false);
  await shelf.refresh();
  return { store, models, shelf };
}

const progress = (id: string, loadedBytes: number) => ({
  id,
  phase: 'download' as const,
  loadedBytes,
  totalBytes: 100,
  resumedBytes: 0,
  bytesPerSecond: 1,
  remainingSeconds: null,
});

describe('a pair', () => {
  it('is there when both of its models have been downloaded, at the same time', async () => {
    const { store, models, shelf } = await shelfWith();
    const bringing = shelf.bring({ target: TARGET, draft: DRAFT });
    expect(Object.keys(store.state.jobs)).toEqual([TARGET, DRAFT]);
    models.end(DRAFT);
    models.end(TARGET);
    expect(await bringing).toBe(true);
    expect([TARGET, DRAFT].every(id => isStored(store.state, id))).toBe(true);
    expect(store.state.jobs).toEqual({});
  });

  it('needs no download of what is kept, or comes with the page', async () => {
    const { store, shelf } = await shelfWith(TARGET);
    expect(await shelf.bring({ target: TARGET, draft: 'models/bundled.gguf' })).toBe(true);
    expect(store.state.jobs).toEqual({});
  });

  it('is not loaded if a download fails, or another pair was wanted since', async () => {
    const { models, shelf } = await shelfWith('hf:org/other');
    const failing = shelf.bring({ target: TARGET, draft: null });
    models.end(TARGET, new ForetokenError('fetch_failed', 'broke off'));
    expect(await failing).toBe(false);
    const late = shelf.bring({ target: DRAFT, draft: null });
    expect(await shelf.bring({ target: 'hf:org/other', draft: null })).toBe(true);
    models.end(DRAFT);
    expect(await late).toBe(false);
  });

  it('is loaded from its address where the browser keeps nothing', async () => {
    const store = page();
    const shelf = new Shelf(store, new FakeModels(), async () => false);
    expect(await shelf.bring({ target: TARGET, draft: null })).toBe(true);
    expect(store.state.jobs).toEqual({});
  });
});

describe('a download', () => {
  it('is made with the access to the Hub at its start', async () => {
    const { store, models, shelf } = await shelfWith();
    store.dispatch({ type: 'access', access: MIRROR });
    const running = shelf.download(TARGET);
    expect(models.calls.get(TARGET)).toMatchObject({ hfEndpoint: 'https://hub.test', hfToken: 'hf_a' });
    models.end(TARGET);
    await running;
  });

  it('shows its progress until it is canceled, and nothing that comes later', async () => {
    const { store, models, shelf } = await shelfWith();
    const running = shelf.download(TARGET);
    models.calls.get(TARGET)?.onProgress?.(progress(TARGET, 40));
    expect(store.state.jobs[TARGET].progress?.loadedBytes).toBe(40);
    shelf.cancel(TARGET);
    expect(await running).toEqual({ kind: 'canceled' });
    models.calls.get(TARGET)?.onProgress?.(progress(TARGET, 50));
    expect(store.state.jobs[TARGET]).toMatchObject({
      progress: { loadedBytes: 40 },
      outcome: { kind: 'canceled' },
    });
  });

  it('that is started anew leaves no trace of the one before', async () => {
    const { store, models, shelf } = await shelfWith();
    const first = shelf.download(TARGET);
    const second = shelf.download(TARGET);
    await first;
    expect(store.state.jobs[TARGET].outcome.kind).toBe('running');
    models.end(TARGET);
    await second;
    expect(store.state.jobs[TARGET].outcome.kind).toBe('done');
    store.dispatch({ type: 'jobDismissed', id: TARGET });
    expect(store.state.jobs).toEqual({});
  });

  it('that failed keeps its error', async () => {
    const { store, models, shelf } = await shelfWith();
    const running = shelf.download(TARGET);
    models.end(TARGET, new ForetokenError('quota_exceeded', 'no room'));
    expect(await running).toMatchObject({ kind: 'failed', error: { code: 'quota_exceeded' } });
    expect(store.state.jobs[TARGET].outcome.kind).toBe('failed');
  });
});

describe('a kept model', () => {
  it('is checked, and the page says how much was repaired', async () => {
    const { store, models, shelf } = await shelfWith(TARGET);
    const checking = shelf.verify(TARGET);
    models.end(TARGET);
    await checking;
    expect(store.state.jobs[TARGET]).toMatchObject({
      kind: 'verify',
      outcome: { kind: 'done', report: { repairedBytes: 7 } },
    });
  });

  it('is pinned, unpinned and deleted, each seen in the list', async () => {
    const { store, shelf } = await shelfWith(TARGET);
    await shelf.setPinned(TARGET, true);
    expect(store.state.stored?.models[0].isPinned).toBe(true);
    await shelf.setPinned(TARGET, false);
    expect(store.state.stored?.models[0].isPinned).toBe(false);
    await shelf.remove(TARGET);
    expect(store.state.stored?.models).toEqual([]);
  });

  it('that cannot be deleted, and a browser that promises nothing, are told until the next change', async () => {
    const { store, shelf } = await shelfWith(TARGET);
    await shelf.remove('hf:org/none');
    expect(store.state.storeError?.code).toBe('not_found');
    await shelf.persist();
    expect(store.state.storeError?.message).toMatch(/add a bookmark/);
    await shelf.setPinned(TARGET, true);
    expect(store.state.storeError).toBeNull();
  });
});

describe('a look-up of what fits', () => {
  it('is made once for a pair, with its draft and the context, and tells the adapter', async () => {
    const store = page();
    const ask = vi.fn<typeof estimate>(async () => FAKE_ESTIMATE);
    store.dispatch({ type: 'access', access: MIRROR });
    const fits = new Fits(store, ask);
    const pair = { target: TARGET, draft: DRAFT, nCtx: 512 };
    await fits.ask(pair);
    await fits.ask(pair);
    expect(ask).toHaveBeenCalledOnce();
    expect(ask.mock.calls[0]).toMatchObject([
      TARGET,
      { modelDraft: DRAFT, nCtx: 512, hfEndpoint: 'https://hub.test', hfToken: 'hf_a' },
    ]);
    expect(store.state.fits[pairKey(pair)]).toEqual({ kind: 'known', estimate: FAKE_ESTIMATE });
    expect(store.state.adapter).toEqual(FAKE_ESTIMATE.adapter);
  });

  it('that failed is made again, and one of files that were replaced ends without a trace', async () => {
    const store = page();
    let fails = true;
    const fits = new Fits(store, async (_, { signal } = {}) => {
      if (fails) throw new ForetokenError('fetch_failed', 'gone');
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      return FAKE_ESTIMATE;
    });
    const pair = { target: TARGET, draft: null };
    await fits.ask(pair);
    expect(store.state.fits[pairKey(pair)]?.kind).toBe('failed');
    fails = false;
    const asking = fits.ask(pair);
    fits.forget(pairKey(pair));
    await asking;
    expect(store.state.fits).toEqual({});
  });
});

describe('a search of the Hub', () => {
  function searching(answer: (url: URL) => Response | Promise<Response>) {
    const store = page();
    const asked: URL[] = [];
    const authorized: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = new URL(String(input));
      asked.push(url);
      authorized.push(new Headers(init?.headers).get('authorization'));
      init?.signal?.throwIfAborted();
      return answer(url);
    };
    return { store, asked, authorized, search: new HubSearch(store, fetch) };
  }

  it('waits for a pause, and only the last words are asked for', async () => {
    vi.useFakeTimers();
    try {
      const { store, asked, search } = searching(() => Response.json([{ id: 'org/qwen' }]));
      for (const text of ['q', 'qw', 'qwen']) search.type(text);
      expect(store.state.query).toBe('qwen');
      await vi.runAllTimersAsync();
      expect(asked.map(url => url.searchParams.get('search'))).toEqual(['qwen']);
      expect(store.state.search).toMatchObject({ kind: 'found', repositories: [{ name: 'org/qwen' }] });
      search.type('');
      await vi.runAllTimersAsync();
      expect(store.state.search).toEqual({ kind: 'idle' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('lists the models of a repository when its name is complete', async () => {
    const commit = 'a'.repeat(40);
    const files = ['m-Q8_0.gguf', 'mmproj.gguf'].map(path => ({ type: 'file', path, size: 5, oid: commit }));
    const { store, search } = searching(({ pathname }) =>
      Response.json(
        pathname.endsWith('/refs') ? { branches: [{ name: 'main', targetCommit: commit }] } : files,
      ),
    );
    await search.submit('https://huggingface.co/org/name/blob/main/m-Q8_0.gguf');
    expect(store.state.search).toMatchObject({
      kind: 'repository',
      name: 'org/name',
      wanted: 'm-Q8_0.gguf',
      groups: [{ address: 'hf:org/name:Q8_0' }],
    });
  });

  it('goes to the mirror with its token, and without one to the Hub', async () => {
    const { store, asked, authorized, search } = searching(() => Response.json([]));
    await search.submit('words');
    store.dispatch({ type: 'access', access: MIRROR });
    await search.submit('words');
    expect(asked.map(({ origin }) => origin)).toEqual(['https://huggingface.co', 'https://hub.test']);
    expect(authorized).toEqual([null, 'Bearer hf_a']);
  });

  it('that a later one overtook shows nothing', async () => {
    let release = (_: Response) => {};
    const slow = new Promise<Response>(resolve => {
      release = resolve;
    });
    const { store, search } = searching(url =>
      url.searchParams.get('search') === 'slow' ? slow : Response.json([{ id: 'org/fast' }]),
    );
    const first = search.submit('slow');
    await search.submit('fast');
    release(Response.json([{ id: 'org/slow' }]));
    await first;
    expect(store.state.search).toMatchObject({ repositories: [{ name: 'org/fast' }] });
  });

  it('that fails keeps the error', async () => {
    const { store, search } = searching(() => new Response(null, { status: 429 }));
    await search.submit('words');
    expect(store.state.search).toMatchObject({ kind: 'failed', error: { details: { status: 429 } } });
  });
});
