import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { halfToFloat } from './f16.ts';
import { quantize } from './quantize.ts';
import { randomValues } from './randomValues.ts';

/** 32 values rising from -1 by 1/16; the last is 15/16. */
const RAMP = Float32Array.from({ length: 32 }, (_, i) => (i - 16) / 16);

describe('quantize', () => {
  it('maps the value of largest magnitude to quant 0 of Q4_0, whatever its sign', () => {
    const negative = quantize('Q4_0', RAMP);
    expect(halfAt(negative, 0)).toBe(1 / 8);
    expect(negative[2] & 15).toBe(0);

    const positive = quantize(
      'Q4_0',
      RAMP.map(value => -value),
    );
    expect(halfAt(positive, 0)).toBe(-1 / 8);
    expect([...positive.subarray(2)]).toEqual([...negative.subarray(2)]);
  });

  it('rounds Q4_0 half up and keeps quants below 16', () => {
    // d = 1/8: the ramp in steps of half a quant.
    const bytes = quantize('Q4_0', RAMP);
    const quants = [...bytes.subarray(2)];
    expect(quants.map(byte => byte & 15)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8]);
    expect(quants.map(byte => byte >> 4)).toEqual([
      8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 15,
    ]);
  });

  it('spreads the quants of Q4_1 and Q5_1 from the smallest to the largest value', () => {
    for (const [type, largest] of [
      ['Q4_1', 15],
      ['Q5_1', 31],
    ] as const) {
      const bytes = quantize(
        type,
        Float32Array.from({ length: 32 }, (_, i) => 2 + i * 0.25),
      );
      expect(halfAt(bytes, 0)).toBeCloseTo((31 * 0.25) / largest, 3);
      expect(halfAt(bytes, 2)).toBe(2);
      const nibbles = bytes.subarray(type === 'Q4_1' ? 4 : 8);
      expect(nibbles[0] & 15).toBe(0);
      expect(nibbles[15] >> 4).toBe(15);
    }
  });

  it('puts the fifth bits of Q5_0 in the order of the values', () => {
    const bytes = quantize('Q5_0', RAMP);
    expect(halfAt(bytes, 0)).toBe(1 / 16);
    // Quants 0..31 in order: the upper half of the values has the fifth bit.
    expect([...bytes.subarray(2, 6)]).toEqual([0, 0, 0xff, 0xff]);
    expect([...bytes.subarray(6)]).toEqual(Array.from({ length: 16 }, (_, j) => j * 17));
  });

  it('rounds Q8_0 half away from zero', () => {
    const values = new Float32Array(32);
    values.set([127, 0.5, -0.5, 2.5, -2.5, 2.4375]);
    const bytes = quantize('Q8_0', values);
    expect(halfAt(bytes, 0)).toBe(1);
    expect([...new Int8Array(bytes.buffer, 2, 6)]).toEqual([127, 1, -1, 3, -3, 2]);
  });

  it('reproduces the quants of a Q6_K group whose values are multiples of one step', () => {
    const values = Float32Array.from({ length: 256 }, (_, i) => ((i % 64) - 32) / 64);
    const bytes = quantize('Q6_K', values);
    const d = halfAt(bytes, 208);
    const scales = new Int8Array(bytes.buffer, 192, 16);
    // The group of values -1/2.. has the largest step, 1/64, and so the scale -128.
    expect(scales[0]).toBe(-128);
    expect(Math.abs(d * scales[0])).toBeCloseTo(1 / 64, 5);
  });

  it('stores a Q6_K superblock below the smallest scale as zeros', () => {
    expect(quantize('Q6_K', new Float32Array(256).fill(1e-20)).every(byte => byte === 0)).toBe(true);
  });

  it('refuses a length that is not whole blocks', () => {
    expect(() => quantize('Q6_K', new Float32Array(32))).toThrow(
      '32 values are not whole Q6_K blocks of 256',
    );
  });
});

// Digests of the output of ggml's quantize_row_*_ref for the same values, compiled with -ffp-contract=off.
it.each([
  { type: 'Q4_0', digest: '44c0ffec5c8ea3a8' },
  { type: 'Q4_1', digest: 'd926d189291d58ba' },
  { type: 'Q5_0', digest: '47d5adad113b250e' },
  { type: 'Q5_1', digest: '37057eef340f2650' },
  { type: 'Q8_0', digest: '5a6acee56814146d' },
  { type: 'Q6_K', digest: '8bd6d39b724cef3c' },
] as const)('writes 16384 values as $type as ggml does, byte for byte', ({ type, digest }) => {
  const values = randomValues(16384, 99, 0.1).map(value => value * Math.abs(value));
  const bytes = quantize(type, values);
  expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(digest);
});

function halfAt(bytes: Uint8Array, at: number): number {
  return halfToFloat(bytes[at] | (bytes[at + 1] << 8));
}
