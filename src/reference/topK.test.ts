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
    expect(argmax(Float32Array.from(logits))).toBe(best);
  });

  it('takes the lowest token on a tie, wherever it stands', () => {
    expect(argmax(Float32Array.of(1, 7, 7, 7), Uint32Array.of(0, 30, 10, 20))).toBe(2);
  });
});

describe('topK', () => {
  it.each([
    { logits: [1, 5, 3, 5], best: [1, 3, 2] },
    { logits: [-1, -2, -1, -4], best: [0, 2, 1] },
    { logits: [-0, 0, -0, 0], best: [1, 3, 0] },
    { logits: [Number.NEGATIVE_INFINITY, -3e38, 3e38], best: [2, 1, 0] },
  ])('of $logits is sorted by descending logit, ties by ascending id: $best', ({ logits, best }) => {
    expect([...topK(Float32Array.from(logits), 3)]).toEqual(best);
  });

  it('breaks ties by token, wherever it stands', () => {
    expect([...topK(Float32Array.of(7, 7, 7), 2, Uint32Array.of(30, 10, 20))]).toEqual([1, 2]);
  });

  it('returns the whole vocabulary if that is smaller than k', () => {
    expect([...topK(Float32Array.of(1, 2), 64)]).toEqual([1, 0]);
  });

  it('agrees with argmax in its first element', () => {
    const logits = randomValues(100, 1).map(value => Math.round(value * 10) || 0);
    expect(topK(logits, 8)[0]).toBe(argmax(logits));
  });
});
