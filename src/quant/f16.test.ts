import { describe, expect, it } from 'vitest';
import { bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat } from './f16.ts';

const FORMATS = [
  { name: 'half', decode: halfToFloat, encode: floatToHalf, infinity: 0x7c00, largest: 65504 },
  {
    name: 'bfloat16',
    decode: bfloat16ToFloat,
    encode: floatToBfloat16,
    infinity: 0x7f80,
    largest: (2 - 2 ** -7) * 2 ** 127,
  },
];

describe.each(FORMATS)('$name', ({ decode, encode, infinity, largest }) => {
  it('round-trips every bit pattern through float unchanged, and every NaN as a NaN', () => {
    for (let bits = 0; bits <= 0xffff; bits++) {
      const value = decode(bits);
      if ((bits & 0x7fff) > infinity) {
        if (!Number.isNaN(value) || !Number.isNaN(decode(encode(value)))) expect.fail(`${bits} is a NaN`);
      } else if (encode(value) !== bits) {
        expect.fail(`${bits} → ${value} → ${encode(value)}`);
      }
    }
  });

  it('rounds to nearest, ties to even, between any two neighbours', () => {
    const below = floatNeighbour(-1);
    const above = floatNeighbour(1);
    for (let bits = 0; bits + 1 < infinity; bits++) {
      const middle = (decode(bits) + decode(bits + 1)) / 2;
      if (Math.fround(middle) !== middle) continue; // neighbouring subnormals of bfloat16 may have no float32 between them
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (encode(middle) !== even) expect.fail(`${middle} → ${encode(middle)}, not ${even}`);
      if (encode(below(middle)) !== bits) expect.fail(`just below ${middle}`);
      if (encode(above(middle)) !== bits + 1) expect.fail(`just above ${middle}`);
      if (encode(-middle) !== (even | 0x8000)) expect.fail(`${-middle}`);
    }
  });

  it('overflows to infinity from half a unit above the largest number on', () => {
    expect(decode(infinity - 1)).toBe(largest);
    expect(encode(largest)).toBe(infinity - 1);
    expect(encode(Number.POSITIVE_INFINITY)).toBe(infinity);
    expect(encode(Number.NEGATIVE_INFINITY)).toBe(infinity | 0x8000);
    expect(encode(1e300)).toBe(infinity);
  });

  it('keeps the sign of zero', () => {
    expect(Object.is(decode(0x8000), -0)).toBe(true);
    expect(encode(-0)).toBe(0x8000);
  });
});

it.each([
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0xc000, -2],
])('reads the half 0x%s as %s', (bits, value) => {
  expect(halfToFloat(bits)).toBe(value);
});

it.each([
  [65519, 0x7bff],
  [65520, 0x7c00],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.001, 0x0001],
])('writes %s as the half 0x%s', (value, bits) => {
  expect(floatToHalf(value)).toBe(bits);
});

it('decodes a bfloat16 as the upper half of a float32', () => {
  const float = new Float32Array(1);
  const word = new Uint32Array(float.buffer);
  for (let bits = 0; bits <= 0xffff; bits++) {
    word[0] = bits << 16;
    if (!Object.is(bfloat16ToFloat(bits), float[0])) expect.fail(`${bits}`);
  }
});

/** Next float32 above (1) or below (-1) a positive one. */
function floatNeighbour(direction: 1 | -1): (value: number) => number {
  const float = new Float32Array(1);
  const word = new Uint32Array(float.buffer);
  return value => {
    float[0] = value;
    word[0] += direction;
    return float[0];
  };
}
