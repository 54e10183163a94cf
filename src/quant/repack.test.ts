import { describe, expect, it } from 'vitest';
import { dequantize } from './dequantize.ts';
import { floatToHalf } from './f16.ts';
import { quantize } from './quantize.ts';
import { randomValues } from './randomValues.ts';
import { newWords, RepackMemory, repackedLayout, repackInto, repackRows } from './repack.ts';
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
  const nRows = 37;
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

  it('is the same in chunks that cut a group of rows', () => {
    const whole = repackInto(type, bytes, k, nRows);
    const cut = newWords(type, k, nRows);
    const memory = new RepackMemory();
    for (const [from, to] of [
      [0, 3],
      [3, 33],
      [33, nRows],
    ]) {
      const chunk = bytes.subarray(byteLength(type, k * from), byteLength(type, k * to));
      repackRows(type, chunk, k, to - from, cut, from, memory);
    }
    expect(cut).toEqual(whole);
  });

  it('has the pieces of 32 rows side by side', () => {
    const { quants } = repackInto(type, bytes, k, nRows);
    const { words, repack } = recordOf(type);
    const { blocksPerRow } = repackedLayout(type, k, nRows);
    const nWords = blocksPerRow * words.quants;
    const piece = Math.min(4, words.quants);
    for (const row of [0, 1, 31, 32, 36]) {
      const alone = { quants: new Uint32Array(nWords), scales: new Uint32Array(blocksPerRow * 4) };
      const inFile = new DataView(bytes.buffer, byteLength(type, k * row), byteLength(type, k));
      repack(inFile, k, alone);
      const begin = Math.floor(row / 32) * 32 * nWords + (row % 32) * piece;
      const found = Array.from({ length: nWords }, (_, i) => {
        return quants[begin + Math.floor(i / piece) * 32 * piece + (i % piece)];
      });
      expect(found).toEqual([...alone.quants]);
    }
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
  const bytes = quantize(type, randomValues(k * 3, 5));
  const expected = dequantize(type, bytes);
  const { value, words, repack } = recordOf(type);
  const rows = { quants: new Uint32Array(3 * 2 * words.quants).fill(7), scales: new Uint32Array() };
  repack(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), k, rows);
  expect(repackedLayout(type, k, 3)).toMatchObject({ kPadded: 64, blocksPerRow: 2 });
  for (let row = 0; row < 3; row++) {
    const unpacked = Array.from({ length: 64 }, (_, i) => value(rows, 2 * row + (i >> 5), i & 31));
    expect(unpacked.slice(0, k)).toEqual([...expected.subarray(row * k, (row + 1) * k)]);
    expect(unpacked.slice(k)).toEqual(new Array(64 - k).fill(0));
  }
});

it('keeps the Q4_0 scales of two rows in one word, the even row in the low half', () => {
  // Two rows of two blocks.
  const bytes = quantize(
    'Q4_0',
    Float32Array.from({ length: 128 }, (_, i) => -(8 << (i >> 5))),
  );
  const { quants, scales } = repackInto('Q4_0', bytes, 64, 2);
  const halves = (low: number, high: number) => floatToHalf(low) | (floatToHalf(high) << 16);
  expect([scales[0], scales[16]]).toEqual([halves(1, 4), halves(2, 8)]);
  expect([quants.length, scales.length]).toEqual([32 * 8, 32]);
});
