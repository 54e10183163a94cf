import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from '../quant/f16.ts';
import { randomValues } from '../quant/randomValues.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';
import { attention } from './attention.ts';
import { softmax } from './blocks/vector.ts';
import { kvOffset } from './kvCache.ts';

const SHAPE = { pageTables: [[0], [1]], nKvHead: 2, headDim: 4 };
const N_HEAD = 4;
const CACHE_LENGTH = 2 * PAGE_POSITIONS * 2 * 4;

describe('attention', () => {
  const kCache = randomValues(CACHE_LENGTH, 1);
  const vCache = randomValues(CACHE_LENGTH, 2);
  const q = randomValues(N_HEAD * 4, 3);

  it('returns V itself at position 0, and each group of query heads uses its own KV head', () => {
    const place = { slot: 1, position: 0 };
    const output = attention(q, kCache, vCache, [place], N_HEAD, SHAPE);
    const from = kvOffset(SHAPE, place);
    const heads = [0, 0, 1, 1].flatMap(kvHead => [
      ...vCache.subarray(from + 4 * kvHead, from + 4 * kvHead + 4),
    ]);
    expect([...output]).toEqual(heads);
  });

  it('weighs V by the softmax of the scaled scores', () => {
    const keys = new Float32Array(CACHE_LENGTH);
    const values = new Float32Array(CACHE_LENGTH);
    // Scores 0 and ln 3 at the positions 0 and 1: weights 1/4 and 3/4.
    keys[kvOffset(SHAPE, { slot: 0, position: 1 })] = 2 * Math.log(3); // headDim 4: divided by 2
    values[kvOffset(SHAPE, { slot: 0, position: 0 })] = 4;
    values[kvOffset(SHAPE, { slot: 0, position: 1 })] = 8;
    const ones = new Float32Array(N_HEAD * 4).fill(1);
    const output = attention(ones, keys, values, [{ slot: 0, position: 1 }], N_HEAD, SHAPE);
    expect(output[0]).toBeCloseTo(7, 6);
  });

  it('sees neither later positions nor other slots', () => {
    const place = { slot: 0, position: 2 };
    const expected = attention(q, kCache, vCache, [place], N_HEAD, SHAPE);
    const [k, v] = [kCache.slice(), vCache.slice()];
    const after = kvOffset(SHAPE, { slot: 0, position: 3 });
    k.fill(100, after);
    v.fill(100, after);
    expect(attention(q, k, v, [place], N_HEAD, SHAPE)).toEqual(expected);
    v.fill(100, after - 1);
    expect(attention(q, k, v, [place], N_HEAD, SHAPE)).not.toEqual(expected);
  });

  it('has the same result for a row in a batch and alone', () => {
    const rows = [
      { slot: 0, position: 3 },
      { slot: 1, position: 1 },
    ];
    const both = randomValues(2 * N_HEAD * 4, 4);
    const batch = attention(both, kCache, vCache, rows, N_HEAD, SHAPE);
    rows.forEach((place, row) => {
      const alone = attention(both.subarray(16 * row, 16 * row + 16), kCache, vCache, [place], N_HEAD, SHAPE);
      expect(batch.subarray(16 * row, 16 * row + 16)).toEqual(alone);
    });
  });

  it('reads an f16 cache by its values', () => {
    const rows = [{ slot: 0, position: 3 }];
    const bits = [kCache, vCache].map(cache => Uint16Array.from(cache, floatToHalf));
    const floats = bits.map(cache => Float32Array.from(cache, halfToFloat));
    expect(attention(q, bits[0], bits[1], rows, N_HEAD, SHAPE)).toEqual(
      attention(q, floats[0], floats[1], rows, N_HEAD, SHAPE),
    );
  });
});

describe('attention in other models than llama', () => {
  const q = randomValues(N_HEAD * 4, 3);
  const kCache = randomValues(CACHE_LENGTH, 1);
  const vCache = randomValues(CACHE_LENGTH, 2);
  const at = (position: number) => kvOffset(SHAPE, { slot: 0, position });

  it('sees only the window, which includes its own position', () => {
    const rows = [{ slot: 0, position: 3 }];
    const of = (k: Float32Array, v: Float32Array, window: number) =>
      attention(q, k, v, rows, N_HEAD, SHAPE, { window });
    const [k, v] = [kCache.slice(), vCache.slice()];
    k.fill(100, 0, at(2));
    v.fill(100, 0, at(2));
    expect(of(k, v, 2)).toEqual(of(kCache, vCache, 2));
    expect(of(k, v, 3)).not.toEqual(of(kCache, vCache, 3));
    expect(of(kCache, vCache, 4)).toEqual(attention(q, kCache, vCache, rows, N_HEAD, SHAPE));
  });

  /** Two positions with values 4 and 8, and logits that are 0 and `logit` after scaling by `scale`. */
  const twoPositions = (logit: number, scale: number) => {
    const keys = new Float32Array(CACHE_LENGTH);
    const values = new Float32Array(CACHE_LENGTH);
    keys[at(1)] = logit / scale;
    values.set([4], at(0));
    values.set([8], at(1));
    return { keys, values, ones: new Float32Array(N_HEAD * 4).fill(1) };
  };
  const rows = [{ slot: 0, position: 1 }];

  it('scales and caps scores before the softmax', () => {
    const { keys, values, ones } = twoPositions(3, 0.25);
    const [first] = attention(ones, keys, values, rows, N_HEAD, SHAPE, { scale: 0.25, softcap: 2 });
    const weight = 1 / (1 + Math.exp(-2 * Math.tanh(1.5)));
    expect(first).toBeCloseTo(4 + 4 * weight, 6);
  });

  it('gives a share of the softmax to a sink without a value', () => {
    const { keys, values, ones } = twoPositions(0, 0.5);
    // Weights: 1/4, 1/4, and 1/2 for the sink.
    const sinks = new Float32Array(N_HEAD).fill(Math.log(2));
    const [first] = attention(ones, keys, values, rows, N_HEAD, SHAPE, { sinks });
    expect(first).toBeCloseTo(3, 6);
  });

  it('takes values from the first values of the cells of K if they are latent', () => {
    const options = { valueDim: 2, latent: true };
    const place = { slot: 0, position: 0 };
    const output = attention(q, kCache, kCache, [place], N_HEAD, SHAPE, options);
    const heads = [0, 0, 1, 1].flatMap(kvHead => [...kCache.subarray(at(0) + 4 * kvHead).subarray(0, 2)]);
    expect([...output]).toEqual(heads);
  });
});

describe('softmax', () => {
  it.each([[[0, 0, 0, 0]], [[1e4, -1e4, 9999]], [[-1e30, -1e30]], [[3]]])('of %s sums to 1', scores => {
    expect(softmax(Float64Array.from(scores)).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});
