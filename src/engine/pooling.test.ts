import { describe, expect, it } from 'vitest';
import { Pool, type Pooling } from './pooling.ts';

describe('Pool', () => {
  const states = [Float32Array.of(1, 2), Float32Array.of(4, -2), Float32Array.of(1, 3)];

  it.each<{ pooling: Pooling; needed: boolean[]; vectors: number[][] }>([
    {
      pooling: 'none',
      needed: [true, true, true],
      vectors: [
        [1, 2],
        [4, -2],
        [1, 3],
      ],
    },
    { pooling: 'mean', needed: [true, true, true], vectors: [[2, 1]] },
    { pooling: 'cls', needed: [true, false, false], vectors: [[1, 2]] },
    { pooling: 'last', needed: [false, false, true], vectors: [[1, 3]] },
  ])('$pooling reads back what it needs and makes the embedding of it', ({ pooling, needed, vectors }) => {
    const pool = new Pool(pooling, states.length);
    expect(states.map((_, position) => pool.needs(position))).toEqual(needed);
    for (const [position, state] of states.entries()) if (pool.needs(position)) pool.add(state);
    expect(pool.vectors.map(vector => [...vector])).toEqual(vectors);
  });

  it('sums in more than float32 precision', () => {
    const pool = new Pool('mean', 3);
    for (const value of [2 ** 25, 1, -(2 ** 25)]) pool.add(Float32Array.of(value));
    expect(pool.vectors[0]?.[0]).toBe(Math.fround(1 / 3));
  });

  it('has no embedding before the prompt is decoded', () => {
    expect(() => new Pool('last', 3).vectors).toThrow('0 of 1 hidden states');
  });
});
