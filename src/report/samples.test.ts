import { describe, expect, it } from 'vitest';
import { around } from './fixtures/reports.ts';
import { measured, rangeOf, verdictOn } from './samples.ts';

describe('measured', () => {
  it.each([
    [[3, 1, 2], 2, 1, true],
    [[4, 1, 2, 3], 2.5, 1.2, true],
    [[100, 101, 99], 100, 0.02, false],
    [[7], 7, 0, false],
  ])('sums up %j', (samples, median, spread, noisy) => {
    expect(measured(samples)).toEqual({ status: 'success', samples, median, spread, noisy });
  });
});

describe('rangeOf', () => {
  it('leaves out the worst of five or more', () => {
    expect(rangeOf([1, 2, 3, 4, 90], 'lower')).toEqual({ low: 1, high: 4 });
    expect(rangeOf([1, 20, 30, 40, 50], 'higher')).toEqual({ low: 20, high: 50 });
    expect(rangeOf([1, 2, 3, 90], 'lower')).toEqual({ low: 1, high: 90 });
  });
});

describe('verdictOn', () => {
  it.each([
    [around(2), around(1), 'lower', 'slower'],
    [around(1), around(2), 'lower', 'faster'],
    [around(2), around(1), 'higher', 'faster'],
    [around(1), around(2), 'higher', 'slower'],
    [around(1.02), around(1), 'lower', 'noise'],
    [[1, 1, 1, 1, 3], around(2), 'lower', 'faster'],
    [[1], [1], 'lower', 'noise'],
  ] as const)('%j against %j, %s is better: %s', (samples, reference, better, verdict) => {
    expect(verdictOn(samples, reference, better)).toBe(verdict);
  });

  it('mistakes equals for different in one of 21 cases of five against five', () => {
    let wrong = 0;
    let all = 0;
    for (let mask = 0; mask < 1 << 10; mask++) {
      const a = Array.from({ length: 10 }, (_, i) => i + 1).filter(i => (mask >> (i - 1)) & 1);
      if (a.length !== 5) continue;
      const b = Array.from({ length: 10 }, (_, i) => i + 1).filter(i => !a.includes(i));
      all++;
      if (verdictOn(a, b, 'lower') !== 'noise') wrong++;
    }
    expect([wrong, all]).toEqual([12, 252]);
  });
});
