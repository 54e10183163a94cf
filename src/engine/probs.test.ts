import { describe, expect, it } from 'vitest';
import { rawLogprobs, survivorProbs } from './probs.ts';

const row = { ids: Int32Array.from([0, 1, 2, 3]), logits: Float32Array.from([1, 3, 3, -1]) };

describe('rawLogprobs', () => {
  const total = Math.exp(1) + 2 * Math.exp(3) + Math.exp(-1);

  it('is the log-softmax over the whole row, the largest first and the lowest id on a tie', () => {
    const { own, top } = rawLogprobs(row, 3, 3);
    expect(top.map(({ token }) => token)).toEqual([1, 2, 0]);
    expect(top[0].value).toBeCloseTo(3 - Math.log(total), 10);
    expect(own).toEqual({ token: 3, value: expect.closeTo(-1 - Math.log(total), 10) });
  });

  it('gives only the token itself for n = 0, and at most the whole vocabulary', () => {
    expect(rawLogprobs(row, 0, 0).top).toEqual([]);
    expect(rawLogprobs(row, 0, 99).top).toHaveLength(4);
  });

  it('withstands logits whose exponential overflows', () => {
    const large = { ids: Int32Array.from([0, 1]), logits: Float32Array.from([1000, 1000]) };
    expect(rawLogprobs(large, 0, 1).own.value).toBeCloseTo(-Math.log(2), 10);
  });
});

describe('survivorProbs', () => {
  const survivors = [
    { token: 4, p: 0.75 },
    { token: 2, p: 0.25 },
  ];

  it('gives the first n and the token itself at any rank', () => {
    expect(survivorProbs(survivors, 2, 1)).toEqual({
      own: { token: 2, value: 0.25 },
      top: [{ token: 4, value: 0.75 }],
    });
  });
});
