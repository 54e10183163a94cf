import { expect, it } from 'vitest';
import { duration, megabytes, parameters, percent, rate } from './format.ts';

it.each([
  [megabytes(2_949_120), '2.9 MB'],
  [megabytes(637_000_000), '637 MB'],
  [parameters(4_480_000), '4.5 M'],
  [parameters(362_000_000), '362 M'],
  [parameters(1_100_000_000), '1.1 B'],
  [rate(7.25), '7.3'],
  [rate(411.6), '412'],
  [percent(3, 4), '75 %'],
  [percent(0, 0), '—'],
  [duration(38.4), '38 ms'],
  [duration(1234), '1.2 s'],
])('formats as %s', (actual, expected) => {
  expect(actual).toBe(expected);
});
