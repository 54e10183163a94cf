import { describe, expect, it } from 'vitest';
import { Mt19937 } from './mt19937.ts';
import { topCandidates } from './ranking.ts';

function rowOf(logits: readonly number[]): { ids: Int32Array; logits: Float32Array } {
  return { ids: Int32Array.from(logits, (_, i) => i), logits: Float32Array.from(logits) };
}

function top(logits: readonly number[], k: number): { ids: number[]; logits: number[] } {
  const row = rowOf(logits);
  const best = topCandidates(row.ids, row.logits, logits.length, k);
  return { ids: [...best.ids], logits: [...best.logits] };
}

describe('topCandidates', () => {
  it('orders by descending logit across signs, zeros and infinities', () => {
    const { ids, logits } = top(
      [-1, 2, Number.NEGATIVE_INFINITY, 0, 1e-40, -1e30, Number.POSITIVE_INFINITY],
      7,
    );
    expect(ids).toEqual([6, 1, 4, 3, 0, 5, 2]);
    expect(logits.slice(0, 2)).toEqual([Number.POSITIVE_INFINITY, 2]);
    expect(logits[6]).toBe(Number.NEGATIVE_INFINITY);
  });

  it('breaks ties by ascending id, with negative and positive zero tied', () => {
    expect(top([0, -0, 3, 0, 3], 5).ids).toEqual([2, 4, 0, 1, 3]);
  });

  it('returns all candidates when there are fewer than asked for', () => {
    expect(top([1, 2], 10).ids).toEqual([1, 0]);
  });

  it.each([1, 5, 64, 256, 257, 1000])('agrees with a plain sort for the %i best of 1000', k => {
    const rng = new Mt19937(k);
    const logits = Array.from({ length: 1000 }, () =>
      Math.fround(Math.floor(rng.nextDouble() * 300) / 7 - 20),
    );
    const sorted = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b);
    expect(top(logits, k).ids).toEqual(sorted.slice(0, k));
    expect(top(logits, k).logits).toEqual(sorted.slice(0, k).map(i => logits[i]));
  });
});
