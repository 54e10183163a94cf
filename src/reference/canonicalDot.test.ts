import { expect, it } from 'vitest';
import { canonicalDot } from './canonicalDot.ts';

const LARGE = 2 ** 24;

/** Dot product of ones with values that are zero but for these. */
function dotOf(values: Readonly<Record<number, number>>, k: number): number {
  const x = new Float32Array(k);
  for (const [i, value] of Object.entries(values)) x[Number(i)] = value;
  return canonicalDot(new Float32Array(k).fill(1), 0, x, 0, k, 'once');
}

it('adds quad 4 of a block before quad 1', () => {
  // 1 is lost beside 2^24, unless that has been subtracted before.
  expect(dotOf({ 0: LARGE, 16: -LARGE, 4: 1 }, 32)).toBe(1);
  expect(dotOf({ 0: LARGE, 16: 1, 4: -LARGE }, 32)).toBe(0);
});

it('adds block 16 to block 0 before block 1', () => {
  expect(dotOf({ 0: LARGE, [32 * 16]: -LARGE, 32: 1 }, 32 * 17)).toBe(1);
  expect(dotOf({ 0: LARGE, [32 * 16]: 1, 32: -LARGE }, 32 * 17)).toBe(0);
});
