import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { respond } from '../protocol/respond.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { FakeLocks } from '../tabs/fakeLocks.ts';
import { ForetokenError } from '../util/errors.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { type OpenEngine, SharedBackend } from './sharedBackend.ts';

const LOADED: LoadProgress = { model: 'target', phase: 'weights', loadedBytes: 1, totalBytes: 2 };
const LOST = new ForetokenError('device_lost', 'the GPU is gone');

/** Engine in one of the tabs. */
class FakeEngine {
  readonly received: string[] = [];
  readonly cancelled: string[] = [];
  isClosed = false;
  lose: () => void = () => {};
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async answer({ url, signal }: Request): Promise<Response> {
    const { pathname } = new URL(url);
    this.received.push(pathname);
    signal.addEventListener('abort', () => this.cancelled.push(pathname));
    switch (pathname) {
      case '/hang':
        return new Promise(() => {});
      case '/stream':
        return new Response(
          new ReadableStream({ start: stream => stream.enqueue(new TextEncoder().encode('first')) }),
        );
      default:
        return new Response(this.#name);
    }
  }
}

let locks: FakeLocks;
let engines: FakeEngine[];
let tabs: SharedBackend[];

beforeEach(() => {
  locks = new FakeLocks();
  engines = [];
  tabs = [];
});
afterEach(() => Promise.all(tabs.map(tab => tab.close())));

/** Opens a tab; `load` runs before its engine is ready. */
function openTab(
  load: () => Promise<void> = async () => {},
  onProgress: (progress: LoadProgress) => void = () => {},
): { backend: SharedBackend; server: Foretoken } {
  const open: OpenEngine = async (restarts, report) => {
    report(LOADED);
    await load();
    const engine = new FakeEngine(`engine ${restarts}`);
    engines.push(engine);
    return {
      report: { ...FAKE_REPORT, nSlots: engines.length },
      lost: new Promise(resolve => {
        engine.lose = () => resolve(LOST);
      }),
      exchange: respond(request => engine.answer(request)),
      counters: async () => ({ submit: engines.length }),
      close: async () => {
        engine.isClosed = true;
      },
    };
  };
  const backend = new SharedBackend(locks, 'test', open, onProgress);
  tabs.push(backend);
  return { backend, server: createForetoken(backend) };
}

async function openTabs(n: number): Promise<Foretoken[]> {
  const opened = Array.from({ length: n }, () => openTab());
  await Promise.all(opened.map(({ backend }) => backend.ready));
  return opened.map(({ server }) => server);
}

const text = async (response: Promise<Response>) => (await response).text();

describe('tabs with the same key', () => {
  it('share the engine of the first one', async () => {
    const servers = await openTabs(3);
    expect(await Promise.all(servers.map(server => text(server.fetch('/health'))))).toEqual(
      Array(3).fill('engine 0'),
    );
    expect(engines).toHaveLength(1);
    expect(servers[2]?.report.nSlots).toBe(1);
    expect(await servers[2]?.counters()).toEqual({ submit: 1 });
  });

  it('wait for it while it loads, and see its progress', async () => {
    let finish = () => {};
    const loading = new Promise<void>(resolve => {
      finish = resolve;
    });
    const first = openTab(() => loading);
    const seen: LoadProgress[] = [];
    const second = openTab(undefined, progress => seen.push(progress));
    await expect.poll(() => seen).toEqual([LOADED]);
    expect(() => second.backend.report).toThrow('no engine is ready');
    finish();
    await Promise.all([first.backend.ready, second.backend.ready]);
    expect(engines).toHaveLength(1);
  });

  it('cancel their requests on their own, and all of them when they close', async () => {
    const [, second, third] = await openTabs(3);
    const abort = new AbortController();
    const hanging = second?.fetch('/hang', { signal: abort.signal });
    const streaming = await third?.fetch('/stream');
    await expect.poll(() => engines[0]?.received.toSorted()).toEqual(['/hang', '/stream']);
    abort.abort();
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => engines[0]?.cancelled).toEqual(['/hang']);
    await third?.close();
    await expect(streaming?.text()).rejects.toMatchObject({ code: 'closed' });
    await expect.poll(() => engines[0]?.cancelled).toEqual(['/hang', '/stream']);
    await expect(third?.fetch('/health')).rejects.toMatchObject({ code: 'closed' });
  });

  it.each(['closes', 'loses its GPU'])(
    'go on with the engine of another tab when the host %s',
    async event => {
      const [first, second, third] = await openTabs(3);
      const streaming = await second?.fetch('/stream');
      const waiting = third?.fetch('/hang').catch(() => {});
      await expect.poll(() => engines[0]?.received.toSorted()).toEqual(['/hang', '/stream']);
      if (event === 'closes') await first?.close();
      else engines[0]?.lose();
      await expect(streaming?.text()).rejects.toMatchObject({ code: 'device_lost' });
      await expect.poll(() => engines[1]?.received).toEqual(['/hang']);
      expect(engines[0]?.isClosed).toBe(true);
      expect(await Promise.all([second, third].map(server => server && text(server.fetch('/'))))).toEqual([
        'engine 1',
        'engine 1',
      ]);
      expect(third?.report.nSlots).toBe(2);
      // The tab that lost its GPU is a guest now.
      if (event !== 'closes' && first) expect(await text(first.fetch('/'))).toBe('engine 1');
      await third?.close();
      await waiting;
    },
  );

  it('go on when a tab that should take over cannot load; that one alone reports it', async () => {
    const first = openTab();
    const second = openTab(() => Promise.reject(new ForetokenError('out_of_memory', 'too small')));
    const third = openTab();
    await Promise.all([first.backend.ready, second.backend.ready, third.backend.ready]);
    await first.backend.close();
    expect(await second.server.lost).toMatchObject({ code: 'out_of_memory' });
    await expect(second.server.fetch('/')).rejects.toMatchObject({ code: 'out_of_memory' });
    expect(await text(third.server.fetch('/'))).toMatch(/^engine/);
  });

  it('reject when they have to load the engine and cannot', async () => {
    const { backend } = openTab(() => Promise.reject(new ForetokenError('invalid_gguf', 'bad magic')));
    await expect(backend.ready).rejects.toMatchObject({ code: 'invalid_gguf' });
  });
});
