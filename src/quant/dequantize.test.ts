import { describe, expect, it } from 'vitest';
import { dequantize } from './dequantize.ts';
import golden from './golden/blocks.json' with { type: 'json' };
import { quantize } from './quantize.ts';
import { randomValues } from './randomValues.ts';
import { GGML_TYPES, recordOf, WEIGHT_TYPES, type WeightType } from './types.ts';

/** The half 0.5 and the half -1, as stored. */
const HALF = [0x00, 0x38];
const MINUS_ONE = [0x00, 0xbc];

/** 16 bytes of nibbles: byte j has j in the low half and 15-j in the high half. */
const NIBBLES = Array.from({ length: 16 }, (_, j) => j | ((15 - j) << 4));
const RISING = Array.from({ length: 16 }, (_, j) => j);
const FALLING = RISING.map(j => 15 - j);
const QUANTS = [...RISING, ...FALLING];
/** Fifth bits of the values 0, 5 and 31. */
const FIFTH_BITS = [0b0010_0001, 0, 0, 0x80];
const withFifth = QUANTS.map((q, i) => q + ([0, 5, 31].includes(i) ? 16 : 0));

const KNOWN_BLOCKS: { type: WeightType; bytes: number[]; values: number[] }[] = [
  { type: 'F32', bytes: [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], values: [1, -2] },
  { type: 'F16', bytes: [...HALF, ...MINUS_ONE], values: [0.5, -1] },
  { type: 'BF16', bytes: [0x80, 0x3f, 0x00, 0xc0], values: [1, -2] },
  { type: 'Q4_0', bytes: [...HALF, ...NIBBLES], values: QUANTS.map(q => 0.5 * (q - 8)) },
  { type: 'Q4_1', bytes: [...HALF, ...MINUS_ONE, ...NIBBLES], values: QUANTS.map(q => 0.5 * q - 1) },
  { type: 'Q5_0', bytes: [...HALF, ...FIFTH_BITS, ...NIBBLES], values: withFifth.map(q => 0.5 * (q - 16)) },
  {
    type: 'Q5_1',
    bytes: [...HALF, ...MINUS_ONE, ...FIFTH_BITS, ...NIBBLES],
    values: withFifth.map(q => 0.5 * q - 1),
  },
  {
    type: 'Q8_0',
    bytes: [...HALF, ...Array.from({ length: 32 }, (_, j) => (j - 16) & 0xff)],
    values: Array.from({ length: 32 }, (_, j) => (j - 16) / 2),
  },
];

it.each(KNOWN_BLOCKS)('reads a known block of $type', ({ type, bytes, values }) => {
  expect([...dequantize(type, Uint8Array.from(bytes))]).toEqual(values);
});

it.each(KNOWN_BLOCKS)('reads a block of $type at an odd address', ({ type, bytes, values }) => {
  const moved = Uint8Array.from([0xff, ...bytes]);
  expect([...dequantize(type, moved.subarray(1))]).toEqual(values);
});

// Superblock with a single quant raised from -32, at a value whose bits lie as the table says.
it.each([
  { value: 0, ql: 0, nibble: 0, qh: 0, pair: 0 },
  { value: 37, ql: 37, nibble: 0, qh: 5, pair: 1 },
  { value: 64, ql: 0, nibble: 1, qh: 0, pair: 2 },
  { value: 127, ql: 63, nibble: 1, qh: 31, pair: 3 },
  { value: 128, ql: 64, nibble: 0, qh: 32, pair: 0 },
  { value: 255, ql: 127, nibble: 1, qh: 63, pair: 3 },
])(
  'finds value $value of Q6_K in its nibble, its bit pair and its scale',
  ({ value, ql, nibble, qh, pair }) => {
    const bytes = new Uint8Array(210);
    bytes[ql] = 5 << (4 * nibble);
    bytes[128 + qh] = 3 << (2 * pair);
    bytes.fill(1, 192, 208);
    bytes[192 + (value >> 4)] = -3 & 0xff;
    bytes.set(HALF, 208);
    const expected = Array.from({ length: 256 }, (_, i) => 0.5 * (i >> 4 === value >> 4 ? -3 : 1) * -32);
    expected[value] = 0.5 * -3 * (48 + 5 - 32);
    expect([...dequantize('Q6_K', bytes)]).toEqual(expected);
  },
);

const GOLDEN: Partial<Record<string, readonly { bytes: string; values: string }[]>> = golden;

describe.each(WEIGHT_TYPES.filter(type => GGML_TYPES[type].blockLength > 1))('%s', type => {
  it("has ggml's values of golden blocks, bit for bit", () => {
    const blocks = GOLDEN[type] ?? [];
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    for (const { bytes, values } of blocks) {
      const found = dequantize(type, Buffer.from(bytes, 'base64'));
      expect([...bitsOf(found)]).toEqual([...bitsOf(Buffer.from(values, 'base64'))]);
    }
  });
});

function bitsOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Uint32Array {
  return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Largest error of a value, in units of the largest magnitude (symmetric) or of the range (affine) of its block. */
const ERROR_BOUNDS: Partial<Record<WeightType, number>> = {
  F32: 0,
  F16: 2 ** -11,
  BF16: 2 ** -8,
  Q4_0: 1 / 8, // the end opposite the extreme value has no quant of its own
  Q4_1: 0.5 / 15,
  Q5_0: 1 / 16,
  Q5_1: 0.5 / 31,
  Q8_0: 0.5 / 127,
  Q6_K: 1 / 32,
};

describe.each(WEIGHT_TYPES.filter(type => recordOf(type).quantize))('quantize to %s', type => {
  const errorBound = ERROR_BOUNDS[type] ?? Number.NaN;

  // At much smaller magnitudes the scales themselves are subnormal halves and lose bits.
  it.each([0.5, 1, 3e4])('round-trips within the error bound at magnitude %s', scale => {
    const values = randomValues(1024, 7, scale);
    const back = dequantize(type, quantize(type, values));
    const affine = type.endsWith('_1');
    // 0.2 % covers the rounding of d and m to half.
    const bound = (errorBound + (errorBound > 0 ? 0.002 : 0)) * scale * (affine ? 2 : 1);
    values.forEach((value, i) => {
      expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(bound);
    });
  });

  it('round-trips values on the grid exactly', () => {
    const grid = dequantize(type, quantize(type, randomValues(512, 11)));
    const again = dequantize(type, quantize(type, grid));
    const error = Math.max(...grid.map((value, i) => Math.abs(again[i] - value)));
    expect(error).toBeLessThanOrEqual(type === 'Q6_K' ? 0.02 : 1e-3);
  });

  it('round-trips zeros exactly', () => {
    const { blockBytes } = GGML_TYPES[type];
    const bytes = quantize(type, new Float32Array(256));
    expect(bytes.length % blockBytes).toBe(0);
    expect(dequantize(type, bytes).every(value => value === 0)).toBe(true);
  });
});
