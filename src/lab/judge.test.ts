import { describe, expect, it } from 'vitest';
import { judge, ulps } from './judge.ts';

const floats = (...values: number[]) => Float32Array.from(values);

describe('the judgement of a binding', () => {
  const expected = { values: floats(1, 2, 3, 4), bound: 1e-11 };

  it('passes values within the tolerance', () => {
    const actual = floats(1, 2, 3.0000002, 4);
    expect(judge(expected, actual)).toMatchObject({
      passed: true,
      maxUlp: 1,
      tolerance: 1e-11,
      firstBad: null,
    });
  });

  it('names the first value that is off, and the error of the worst', () => {
    expect(judge(expected, floats(1, 2.5, 3, 14))).toMatchObject({
      passed: false,
      maxAbsError: 10,
      firstBad: { index: 1, expected: 2, actual: 2.5 },
    });
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('has words for %s', (word, value) => {
    const judgement = judge(expected, floats(1, 2, value, 4));
    expect(judgement.firstBad).toEqual({ index: 2, expected: 3, actual: word });
    expect(JSON.parse(JSON.stringify(judgement))).toEqual(judgement);
  });

  it('requires equal ids', () => {
    const ids = { values: Uint32Array.of(7, 8), bound: 0 };
    expect(judge(ids, Uint32Array.of(7, 8))).toMatchObject({ passed: true, nmse: 0, maxUlp: 0 });
    expect(judge(ids, Uint32Array.of(7, 9))).toMatchObject({
      passed: false,
      firstBad: { index: 1, expected: 8, actual: 9 },
    });
  });
});

describe('units in the last place', () => {
  it.each([
    [1, 1, 0],
    [0, -0, 0],
    [1, 1 + 2 ** -23, 1],
    [-1, -1 - 2 ** -22, 2],
    [2 ** -149, -(2 ** -149), 2],
    [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, Number.NaN, Number.NaN],
  ])('between %d and %d are %d', (a, b, distance) => {
    expect(ulps(a, b)).toBe(distance);
  });
});
