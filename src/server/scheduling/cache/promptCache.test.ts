import { describe, expect, it } from 'vitest';
import { PromptCache } from './promptCache.ts';

const entry = (tokens: number[], sizeBytes = 1) => ({ tokens, cache: new Uint8Array(sizeBytes) });

function cacheOf(...entries: readonly (readonly number[])[]): PromptCache {
  const cache = new PromptCache(Number.POSITIVE_INFINITY);
  for (const tokens of entries) cache.add(entry([...tokens]));
  return cache;
}

describe('adding an entry', () => {
  it('an entry that is contained in another one is not added', () => {
    const cache = cacheOf([1, 2, 3]);
    expect(cache.add(entry([1, 2, 3]))).toBe(false);
    expect(cache.add(entry([1, 2]))).toBe(false);
    expect(cache.contains([1, 2])).toBe(true);
    expect(cache.contains([1, 3])).toBe(false);
    expect(cache.nEntries).toBe(1);
  });

  it('an entry replaces the entries that are its beginning, and no others', () => {
    const cache = cacheOf([1], [4, 5], [1, 2, 9]);
    expect(cache.nEntries).toBe(2);
    expect(cache.add(entry([1, 2, 9, 3]))).toBe(true);
    expect(cache.nEntries).toBe(2);
    expect(cache.contains([4, 5])).toBe(true);
  });

  it('the oldest entries are dropped to make room', () => {
    const cache = new PromptCache(10);
    for (const token of [1, 2, 3]) cache.add(entry([token], 4));
    expect(cache.sizeBytes).toBe(8);
    expect([1, 2, 3].map(token => cache.contains([token]))).toEqual([false, true, true]);
  });

  it('an entry that is too large is not added, and no other is dropped', () => {
    const cache = new PromptCache(10);
    cache.add(entry([1], 10));
    expect(cache.fits(11)).toBe(false);
    expect(cache.add(entry([1, 2], 11))).toBe(false);
    expect(cache.contains([1])).toBe(true);
  });
});

describe('taking an entry', () => {
  const prompt = [1, 2, 3, 4, 5, 6, 7, 8];

  it.each<[string, number[][], number[], number[] | null]>([
    ['nothing from an empty cache', [], [], null],
    ['what an empty slot can use', [[1, 2, 9]], [], [1, 2, 9]],
    [
      'the one with the longest beginning',
      [
        [1, 2, 3],
        [1, 2, 4, 4],
        [1, 2, 3, 4],
      ],
      [],
      [1, 2, 3, 4],
    ],
    ['nothing of which too little would be used', [[1, 9, 9, 9, 9]], [], null],
    ['a quarter is enough', [[1, 9, 9, 9]], [], [1, 9, 9, 9]],
    ['nothing when the slot has as much of the prompt', [[1, 2]], [1, 2, 9], null],
    ['nothing when more of the slot is used', [[1, 2, 3, 9]], [1, 2], null],
    ['what is better in both ways', [[1, 2, 3, 9]], [1, 2, 9], [1, 2, 3, 9]],
  ])('%s', (_, entries, held, expected) => {
    const cache = cacheOf(...entries);
    const before = cache.nEntries;
    expect(cache.take(prompt, held)?.tokens ?? null).toEqual(expected);
    expect(cache.nEntries).toBe(expected ? before - 1 : before);
  });
});
