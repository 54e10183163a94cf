import { expect, it } from 'vitest';
import { conditionalProbabilities, ratesOfLength } from './syntheticRates.ts';

it.each([
  { length: 1, nMax: 3 },
  { length: 1.5, nMax: 3 },
  { length: 2.75, nMax: 8 },
  { length: 4, nMax: 3 },
])('rates of length $length add up to it, with drafts of $nMax', ({ length, nMax }) => {
  const rates = ratesOfLength(length, nMax);
  expect(rates).toHaveLength(nMax);
  expect(rates.reduce((sum, rate) => sum + rate, 1)).toBeCloseTo(length, 6);
  const [p, ...rest] = conditionalProbabilities(rates);
  for (const other of rest) expect(other).toBeCloseTo(p, 9);
});

it.each([
  { rates: [0.5, 0.25, 0.25], expected: [0.5, 0.5, 1] },
  { rates: [1, 0, 0], expected: [1, 0, 0] },
  { rates: [0], expected: [0] },
])('of $rates each follows with $expected', ({ rates, expected }) => {
  expect(conditionalProbabilities(rates)).toEqual(expected);
});
