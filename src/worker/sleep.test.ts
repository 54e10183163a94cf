import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { ForetokenError } from '../util/errors.ts';
import { type Idler, type Sleep, Sleeper } from './sleep.ts';

const IDLE_MS = 1000;
const REQUEST = new Request('http://foretoken.invalid/completion');

/** Creates numbered compositions. Each answers with its number, and calls `wake` while it sleeps. */
class Composer {
  closed: number[] = [];
  n = 0;
  idleSince: number | null = 0;
  failure: Error | null = null;
  lose: ((error: ForetokenError) => void)[] = [];

  readonly compose = async (sleep: Sleep): Promise<Idler> => {
    if (this.failure) throw this.failure;
    const id = this.n++;
    return {
      report: FAKE_REPORT,
      lost: new Promise(resolve => this.lose.push(resolve)),
      fetch: async request => (sleep.isSleeping() ? sleep.wake(request) : new Response(String(id))),
      counters: () => ({}),
      close: async () => void this.closed.push(id),
      idleSince: () => this.idleSince,
    };
  };
}

let composer: Composer;
let sleeper: Sleeper;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  composer = new Composer();
  composer.idleSince = performance.now();
  sleeper = await Sleeper.create(composer.compose, IDLE_MS);
});
afterEach(() => {
  vi.useRealTimers();
});

const answer = async () => (await sleeper.fetch(REQUEST)).text();

describe('Sleeper', () => {
  it('frees a composition that was idle for long enough, and not earlier', async () => {
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(sleeper.isSleeping()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sleeper.isSleeping()).toBe(true);
    expect(composer.closed).toEqual([0]);
  });

  it('counts from the end of the last task', async () => {
    composer.idleSince = null;
    await vi.advanceTimersByTimeAsync(5 * IDLE_MS + 300);
    expect(sleeper.isSleeping()).toBe(false);
    composer.idleSince = performance.now();
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(sleeper.isSleeping()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sleeper.isSleeping()).toBe(true);
  });

  it('is composed again once for all requests that wake it, and then sleeps again', async () => {
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    composer.idleSince = null;
    expect(await Promise.all([answer(), answer()])).toEqual(['1', '1']);
    composer.idleSince = performance.now();
    await vi.advanceTimersByTimeAsync(2 * IDLE_MS);
    expect(composer.closed).toEqual([0, 1]);
    composer.idleSince = null;
    expect(await answer()).toBe('2');
  });

  it('tries again after a failure to wake up', async () => {
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    composer.failure = new Error('no network');
    await expect(answer()).rejects.toThrow('no network');
    composer.failure = null;
    expect(await answer()).toBe('1');
  });

  it('is lost when any of its compositions is', async () => {
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    composer.idleSince = null;
    await answer();
    composer.lose[1]?.(new ForetokenError('device_lost', 'gone'));
    expect((await sleeper.lost).message).toBe('gone');
  });

  it('is closed once, asleep or awake', async () => {
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    await sleeper.close();
    expect(composer.closed).toEqual([0]);
    const awake = await Sleeper.create(composer.compose, IDLE_MS);
    await awake.close();
    await vi.advanceTimersByTimeAsync(5 * IDLE_MS);
    expect(composer.closed).toEqual([0, 1]);
  });
});
