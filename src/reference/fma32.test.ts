import { expect, it } from 'vitest';
import { randomValues } from '../quant/randomValues.ts';
import { fma32 } from './fma32.ts';

/** Units of 2^-298, of which every product of float32 values is a whole number. */
const UNIT_BITS = 298;

function unitsOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const mantissa = (word & 0xf_ffff_ffff_ffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = Math.max(exponent, 1) - 1075 + UNIT_BITS;
  const magnitude = shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
  return word >> 63n ? -magnitude : magnitude;
}

/** Distance to the exact result. */
function distance(candidate: number, a: number, b: number, c: number): bigint {
  const exact = unitsOf(a * b) + unitsOf(c);
  const difference = unitsOf(candidate) - exact;
  return difference < 0n ? -difference : difference;
}

function neighbours(value: number): number[] {
  const bits = new Float32Array([value]);
  const word = new Int32Array(bits.buffer);
  return [-1, 1].map(step => {
    const other = new Int32Array([word[0] + step]);
    return new Float32Array(other.buffer)[0];
  });
}

it('is the float32 value nearest to the exact result', () => {
  const [a, b, c] = [1, 2, 3].map(seed => randomValues(20_000, seed));
  for (let i = 0; i < a.length; i++) {
    const term = i % 2 === 0 ? c[i] : Math.fround(c[i] * 2 ** -24);
    const found = fma32(a[i], b[i], term);
    const least = distance(found, a[i], b[i], term);
    for (const other of neighbours(found)) {
      expect(distance(other, a[i], b[i], term) >= least).toBe(true);
    }
  }
});

it.each([
  // The exact result lies just above the middle of 1 and the next value, or just below it.
  { a: 1 + 2 ** -12, b: 2 ** -24 * (1 - 2 ** -12), c: 1, expected: 1 },
  { a: 2 ** -24, b: 1 + 2 ** -23, c: 1, expected: 1 + 2 ** -23 },
  { a: -(2 ** -24), b: 1 + 2 ** -23, c: 1 + 2 ** -22, expected: 1 + 2 ** -23 },
  { a: 2 ** -24, b: 1, c: 1, expected: 1 },
  { a: 2 ** -24, b: 1, c: 1 + 2 ** -23, expected: 1 + 2 ** -22 },
])('rounds $a · $b + $c once', ({ a, b, c, expected }) => {
  expect(fma32(a, b, c)).toBe(expected);
});
