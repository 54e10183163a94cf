import { describe, expect, it } from 'vitest';
import { normalized } from './normalize.ts';

describe('normalising an embedding', () => {
  it.each([
    { p: -1, of: [3, -4], expected: [3, -4] },
    { p: 0, of: [3, -4], expected: [24570, -32760] },
    { p: 1, of: [3, -5], expected: [0.375, -0.625] },
    { p: 2, of: [3, -4], expected: [0.6, -0.8] },
    { p: 3, of: [1, -1], expected: [2 ** (-1 / 3), -(2 ** (-1 / 3))] },
    { p: 2, of: [0, 0], expected: [0, 0] },
  ])('the norm is $p', ({ p, of, expected }) => {
    const actual = normalized(Float32Array.from(of), p);
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i] - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-6);
    });
  });
});
