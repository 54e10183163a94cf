import { describe, expect, it } from 'vitest';
import { randomValues } from '../quant/randomValues.ts';
import { argmax } from './argmax.ts';
import { topK } from './topK.ts';

describe('argmax', () => {
  it.each([
    { logits: [1, 3, 2], best: 1 },
    { logits: [2, 7, 7, 7], best: 1 },
    { logits: [-5, -2, -9], best: 1 },
    { logits: [-0, 0], best: 0 },
    { logits: [Number.NEGATIVE_INFINITY, -3e38], best: 1 },
  ])('of $logits is $best', ({ logits, best }) => {
    expect([...argmax(Float32Array.from(logits), logits.length)]).toEqual([best]);
  });

  it('is found in each row separately', () => {
    expect([...argmax(Float32Array.of(9, 1, 1, 2), 2)]).toEqual([0, 1]);
  });
});

describe('topK', () => {
  it('sorts by descending logit, ties by ascending id, row by row', () => {
    const { ids, logits } = topK(Float32Array.of(1, 5, 3, 5, -1, -2, -1, -4), 4, 3);
    expect([...ids]).toEqual([1, 3, 2, 0, 2, 1]);
    expect([...logits]).toEqual([5, 5, 3, -1, -1, -2]);
  });

  it('returns the whole vocabulary if that is smaller than k', () => {
    expect([...topK(Float32Array.of(1, 2), 2, 64).ids]).toEqual([1, 0]);
  });

  it('agrees with argmax in its first element', () => {
    const logits = randomValues(4 * 100, 1).map(value => Math.round(value * 10));
    const first = topK(logits, 100, 8).ids.filter((_, i) => i % 8 === 0);
    expect(first).toEqual(argmax(logits, 100));
  });
});
