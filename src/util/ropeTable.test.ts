import { describe, expect, it } from 'vitest';
import { ropeTable } from './ropeTable.ts';

/** Recovers the angles of one position of a table from its cosines and sines, in double precision; they must be below π. */
function angles(table: Float32Array, nRot: number, position: number): number[] {
  const row = table.subarray(position * nRot, (position + 1) * nRot);
  return Array.from({ length: nRot / 2 }, (_, pair) => Math.atan2(row[2 * pair + 1], row[2 * pair]));
}

describe('ropeTable', () => {
  it('rotates pair i by position · frequencyScale · base^(-2i/nRot) / factors[i]', () => {
    const table = ropeTable(4, { nRot: 4, base: 100, frequencyScale: 0.5 }, Float32Array.of(1, 4));
    // Position 3: pair 0 by 3 · 0.5, pair 1 by 3 · 0.5 / 10 / 4.
    const expected = [1.5, 0.0375].flatMap(angle => [Math.cos(angle), Math.sin(angle)].map(Math.fround));
    expect([...table.subarray(12, 16)]).toEqual(expected);
    expect([...table.subarray(0, 4)]).toEqual([1, 0, 1, 0]);
  });

  it.each([
    { name: 'Llama 2', nRot: 128, base: 10000, frequencyScale: 1 },
    { name: 'Llama 2 stretched', nRot: 128, base: 10000, frequencyScale: 1 / 3 },
    { name: 'Llama 3', nRot: 64, base: 500000, frequencyScale: 1, factors: true },
  ])('gives $name the bits of one product, one quotient and one rounding', ({ factors, ...rope }) => {
    const { nRot, base, frequencyScale } = rope;
    const divisors = factors ? Float32Array.from({ length: nRot / 2 }, (_, i) => 1 + i / 3) : null;
    const table = ropeTable(300, rope, divisors);
    for (let position = 0; position < 300; position += 23) {
      for (let pair = 0; pair < nRot / 2; pair++) {
        const frequency = (frequencyScale * base ** ((-2 * pair) / nRot)) / (divisors?.[pair] ?? 1);
        const at = position * nRot + 2 * pair;
        expect(table[at]).toBe(Math.fround(Math.cos(position * frequency)));
        expect(table[at + 1]).toBe(Math.fround(Math.sin(position * frequency)));
      }
    }
  });

  it('keeps the fast pairs of YaRN, scales the slow ones, and blends the pairs between', () => {
    const yarn = { nCtxOrig: 128, betaFast: 32, betaSlow: 1 };
    const rope = { nRot: 16, base: 10000, frequencyScale: 0.25 };
    const blended = angles(ropeTable(2, { ...rope, yarn }), 16, 1);
    const unscaled = angles(ropeTable(2, { ...rope, frequencyScale: 1 }), 16, 1);
    // 16 · ln(128 / 2πβ) / (2 · ln 10000) is -0.4 for β = 32 and 2.6 for β = 1: a ramp over the pairs 0 to 3.
    const shares = [1, 2 / 3, 1 / 3, 0, 0, 0, 0, 0];
    shares.forEach((kept, pair) => {
      expect(blended[pair] / unscaled[pair]).toBeCloseTo(0.25 * (1 - kept) + kept, 5);
    });
  });

  it('multiplies cosines and sines by the magnitude', () => {
    const rope = { nRot: 8, base: 10000 };
    const plain = ropeTable(5, rope);
    const larger = ropeTable(5, { ...rope, magnitude: 1.5 });
    expect([...larger]).toEqual([...plain].map(value => expect.closeTo(1.5 * value, 6)));
  });
});
