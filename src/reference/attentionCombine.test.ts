import { expect, it } from 'vitest';
import { attentionCombine } from './attentionCombine.ts';

const SHAPE = { rows: 1, nHead: 1, headDim: 4, span: 64 };
/** Part whose exponentials belong to scores of 0. */
const part = (values: readonly number[], highest: number, sum: number) => [...values, highest, sum, 0, 0];

it('weighs the parts by their sums, as if all were relative to the largest score', () => {
  const partial = Float32Array.from([
    ...part([2, 4, 6, 8], 0, 2),
    // Its true weight is e times as large as its numbers.
    ...part([1, 1, 1, 1], 1, 1),
    ...part([Number.NaN, 0, 0, 0], 99, 0),
  ]);
  const e = Math.E;
  const expected = [2, 4, 6, 8].map(value => (value + e) / (2 + e));
  const output = attentionCombine(partial, [100], SHAPE);
  expected.forEach((value, i) => {
    expect(output[i]).toBeCloseTo(value, 6);
  });
});

it('returns the part itself for a row that reaches only one', () => {
  const partial = Float32Array.from([
    ...part([2, 4, 6, 8], 7, 2),
    ...part([9, 9, 9, 9], 9, 9),
    ...part([0, 0, 0, 0], 0, 0),
  ]);
  expect([...attentionCombine(partial, [63], SHAPE)]).toEqual([1, 2, 3, 4]);
});

it('uses only parts within the window, and counts a sink as a sum without values', () => {
  const partial = Float32Array.from([
    ...part([9, 9, 9, 9], 99, 9),
    ...part([2, 4, 6, 8], 0, 1),
    ...part([2, 2, 2, 2], 0, 1),
  ]);
  const sinks = Float32Array.from([Math.log(2)]);
  // Position 128 sees 65 positions, from 64 on.
  expect([...attentionCombine(partial, [128], { ...SHAPE, window: 65, sinks })]).toEqual([1, 1.5, 2, 2.5]);
  expect(attentionCombine(partial, [128], { ...SHAPE, window: 66, sinks })[0]).toBeCloseTo(1, 6);
});
