import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Kicks } from './kicks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Kicks every `everyMs`, with the number of submits so far. */
function kicksEvery(everyMs: number | null) {
  let nSubmits = 0;
  const kicks = new Kicks({
    submit(commands: Iterable<GPUCommandBuffer>) {
      expect([...commands]).toEqual([]);
      nSubmits++;
      return undefined;
    },
  });
  kicks.everyMs = everyMs;
  return { kicks, nSubmits: () => nSubmits };
}

function settledAfter(ms: number): Promise<string> {
  return new Promise(resolve => setTimeout(resolve, ms, 'done'));
}

describe('empty submits', () => {
  it('are made while results are awaited, and not afterwards', async () => {
    const { kicks, nSubmits } = kicksEvery(2);
    const result = kicks.until(settledAfter(9));
    await vi.advanceTimersByTimeAsync(20);
    expect(await result).toBe('done');
    expect(nSubmits()).toBe(4);
  });

  it('are shared by results that are awaited together', async () => {
    const { kicks, nSubmits } = kicksEvery(2);
    const results = [kicks.until(settledAfter(5)), kicks.until(settledAfter(11))];
    await vi.advanceTimersByTimeAsync(20);
    await Promise.all(results);
    expect(nSubmits()).toBe(5);
  });

  it('end when the wait fails', async () => {
    const { kicks, nSubmits } = kicksEvery(2);
    const failed = expect(kicks.until(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    await vi.advanceTimersByTimeAsync(20);
    await failed;
    expect(nSubmits()).toBe(0);
  });

  it('are not made unless they are turned on', async () => {
    const { kicks, nSubmits } = kicksEvery(null);
    const result = kicks.until(settledAfter(9));
    await vi.advanceTimersByTimeAsync(20);
    expect(await result).toBe('done');
    expect(nSubmits()).toBe(0);
  });
});
