import { describe, expect, it } from 'vitest';
import { qkvStore } from './qkvStore.ts';

const floats = (...values: number[]) => Float32Array.from(values);
// A quarter turn per position.
const TABLE = floats(1, 0, 0, 1);
const SHAPE = { nHead: 2, nKvHead: 1, headDim: 2, nRot: 2, qkNorm: null, temperature: null };
const NONE = { q: floats(), k: floats() };
// Two query heads, with root mean squares 5 and 10; one key head; a value of another width.
const ROW = floats(5, -5, 2, 14, 1, 1, 9);

describe('qkvStore', () => {
  it('rotates queries and keys, and leaves values unchanged', () => {
    const { q, k, v } = qkvStore(ROW, TABLE, NONE, 1, SHAPE);
    expect([...q, ...k, ...v]).toEqual([5, 5, -14, 2, -1, 1, 9]);
  });

  it('leaves everything unchanged if nothing is rotated', () => {
    const { q, k, v } = qkvStore(ROW, TABLE, NONE, 1, { ...SHAPE, nRot: 0 });
    expect([...q, ...k, ...v]).toEqual([...ROW]);
  });

  const row = 1 / Math.sqrt(62.5);
  it.each([
    ['each head before it is turned', 'rms', 'head', false, [1, 10], [10, 1, -14, 0.2]],
    ['each head after it was turned', 'rms', 'head', true, [1, 10], [1, 10, -1.4, 2]],
    ['each head by its own weights', 'rms', 'heads', true, [1, 10, 100, 1000], [1, 10, -140, 200]],
    ['all heads as one row', 'rms', 'row', true, [1, 2, 3, 4], [5 * row, 10 * row, -42 * row, 8 * row]],
    ['each head without weights', 'rms', 'unit', true, [], [1, 1, -1.4, 0.2]],
    ['each head without its mean', 'layer', 'head', false, [1, 10], [10, 1, -10, -1]],
  ] as const)('normalises %s', (_, kind, weights, afterRope, weight, expected) => {
    const qkNorm = { kind, weights, eps: 0, afterRope };
    const { q } = qkvStore(ROW, TABLE, { q: floats(...weight), k: floats(1, 1) }, 1, { ...SHAPE, qkNorm });
    expect([...q]).toEqual(expected.map(Math.fround));
  });

  it('scales only queries by a temperature that grows with the position', () => {
    const temperature = { scale: 2, length: 4, offset: 1 };
    const { q, k } = qkvStore(ROW, TABLE, NONE, 0, { ...SHAPE, temperature });
    expect([...q, ...k]).toEqual([...ROW.subarray(0, 6)]);
    const later = qkvStore(ROW, TABLE, NONE, 8, { ...SHAPE, nRot: 0, temperature });
    expect(later.q[0]).toBe(Math.fround(5 * (1 + 2 * Math.log(3))));
    expect([...later.k]).toEqual([1, 1]);
  });
});
