import { describe, expect, it } from 'vitest';
import { dequantize } from './dequantize.ts';
import { floatToHalf } from './f16.ts';
import { quantize } from './quantize.ts';
import { randomValues } from './randomValues.ts';
import { RepackMemory, repackedLayout, repackInto, rowGranularity } from './repack.ts';
import { byteLength, GGML_TYPES, recordOf, WEIGHT_TYPES, type WeightType } from './types.ts';

/** Row length with an odd number of GPU blocks, if the type allows it. */
function oddK(type: WeightType): number {
  return GGML_TYPES[type].blockLength === 1 ? 34 : 3 * GGML_TYPES[type].blockLength;
}

/** Random bytes in which every f16 of a block is finite: any quant, any scale, including subnormal ones. */
function randomBytes(type: WeightType, k: number, nRows: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(randomValues(byteLength(type, k * nRows), 3, 128), value => value + 128);
  // A high byte without its second highest bit is a float of at most 2, or half of 1.99, of either sign.
  return bytes.map(byte => byte & 0xbf);
}

describe.each(WEIGHT_TYPES)('%s on the GPU', type => {
  const k = oddK(type);
  const nRows = 5;
  const bytes = randomBytes(type, k, nRows);

  it('has the sizes of its layout', () => {
    const layout = repackedLayout(type, k, nRows);
    const { quants, scales } = repackInto(type, bytes, k, nRows);
    expect(quants.byteLength).toBe(layout.quantsBytes);
    expect(scales.byteLength).toBe(layout.scalesBytes);
    expect(layout.blocksPerRow * 32).toBe(layout.kPadded);
  });

  it('is the same for input at an odd address', () => {
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    expect(repackInto(type, moved.subarray(1), k, nRows)).toEqual(repackInto(type, bytes, k, nRows));
  });

  it('is the same in chunks of rows of the granularity', () => {
    const whole = repackInto(type, bytes, k, nRows);
    const quants: number[] = [];
    const scales: number[] = [];
    const step = rowGranularity(type, k);
    for (let row = 0; row < nRows; row += step) {
      const rows = Math.min(step, nRows - row);
      const chunk = bytes.subarray(byteLength(type, k * row), byteLength(type, k * (row + rows)));
      const part = repackInto(type, chunk, k, rows);
      quants.push(...part.quants);
      scales.push(...part.scales);
    }
    expect(quants).toEqual([...whole.quants]);
    expect(scales).toEqual([...whole.scales]);
  });

  it('is the same in memory that was used before', () => {
    const memory = new RepackMemory();
    repackInto(
      type,
      bytes.map(byte => byte ^ 0xa5),
      k,
      nRows,
      memory,
    );
    expect(repackInto(type, bytes, k, nRows, memory)).toEqual(repackInto(type, bytes, k, nRows));
  });

  it('refuses bytes of another length than its rows', () => {
    expect(() => repackInto(type, bytes.subarray(1), k, nRows)).toThrow(/rows of/);
  });
});

it.each(['F32', 'F16', 'BF16'] as const)('fills rows of %s with zeros up to whole blocks', type => {
  const k = 34;
  const values = randomValues(k * 3, 5);
  const bytes = quantize(type, values);
  const { quants, scales } = repackInto(type, bytes, k, 3);
  const expected = dequantize(type, bytes);
  const { value } = recordOf(type);
  expect(repackedLayout(type, k, 3)).toMatchObject({ kPadded: 64, blocksPerRow: 2 });
  for (let row = 0; row < 3; row++) {
    const unpacked = Array.from({ length: 64 }, (_, i) =>
      value({ quants, scales }, 2 * row + (i >> 5), i & 31),
    );
    expect(unpacked.slice(0, k)).toEqual([...expected.subarray(row * k, (row + 1) * k)]);
    expect(unpacked.slice(k)).toEqual(new Array(64 - k).fill(0));
  }
});

it.each([
  { type: 'Q4_0', k: 32, granularity: 2 },
  { type: 'Q4_0', k: 64, granularity: 1 },
  { type: 'Q8_0', k: 96, granularity: 2 },
  { type: 'Q4_1', k: 32, granularity: 1 },
  { type: 'MXFP4', k: 32, granularity: 4 },
  { type: 'MXFP4', k: 64, granularity: 2 },
  { type: 'NVFP4', k: 64, granularity: 1 },
  { type: 'Q6_K', k: 256, granularity: 1 },
  { type: 'F16', k: 7, granularity: 1 },
] as const)('takes $type rows of $k values in multiples of $granularity', ({ type, k, granularity }) => {
  expect(rowGranularity(type, k)).toBe(granularity);
});

it('keeps a pair of Q4_0 scales in one word, the even block in the low half', () => {
  const bytes = quantize(
    'Q4_0',
    Float32Array.from({ length: 96 }, (_, i) => -(8 << (i >> 5))),
  );
  const { quants, scales } = repackInto('Q4_0', bytes, 96, 1);
  expect([...scales]).toEqual([floatToHalf(1) | (floatToHalf(2) << 16), floatToHalf(4)]);
  expect(quants.length).toBe(12);
});
