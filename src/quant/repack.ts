import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import { repackQ6K } from './repackQ6K.ts';
import { byteLength, GGML_TYPES, type WeightType } from './types.ts';

/**
 * The layout of a weight matrix on the GPU: two arrays of u32, `quants` and `scales`. Rows follow each other, each of
 * `kPadded / 32` blocks of 32 values. Per block, with the f16 named first in the low half of a word:
 *
 * | type      | quants                                                      | scales                             |
 * |-----------|-------------------------------------------------------------|------------------------------------|
 * | F32       | 32 words, one value each                                    |                                    |
 * | F16, BF16 | 16 words, two values each                                   |                                    |
 * | Q4_0      | 4 words: byte j = value j, value j+16 in its high nibble    | half a word: d, over all blocks    |
 * | Q4_1      | as Q4_0                                                     | 1 word: d, m                       |
 * | Q5_0      | as Q4_0, low four bits                                      | 2 words: d; fifth bits             |
 * | Q5_1      | as Q4_0, low four bits                                      | 2 words: d, m; fifth bits          |
 * | Q8_0      | 8 words: 32 signed bytes                                    | half a word: d, over all blocks    |
 * | Q6_K      | as Q4_0, low four bits                                      | 3 words: d, then the 8-bit scales  |
 * |           |                                                             | of the values 0..15 and 16..31;    |
 * |           |                                                             | their high bit pairs, 16 to a word |
 */
export interface RepackedLayout {
  /** Values per row with the zeros that fill its last block. */
  readonly kPadded: number;
  readonly blocksPerRow: number;
  readonly quantsWordsPerBlock: number;
  readonly scalesWordsPerBlock: number;
  readonly quantsBytes: number;
  /** Rounded up to whole words. */
  readonly scalesBytes: number;
}

export interface RepackedRows {
  readonly quants: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
}

/** Values per block on the GPU, whatever the block length in the file. */
const BLOCK_LENGTH = 32;

const WORDS_PER_BLOCK: Record<WeightType, { readonly quants: number; readonly scales: number }> = {
  F32: { quants: 32, scales: 0 },
  F16: { quants: 16, scales: 0 },
  BF16: { quants: 16, scales: 0 },
  Q4_0: { quants: 4, scales: 0.5 },
  Q4_1: { quants: 4, scales: 1 },
  Q5_0: { quants: 4, scales: 2 },
  Q5_1: { quants: 4, scales: 2 },
  Q8_0: { quants: 8, scales: 0.5 },
  Q6_K: { quants: 4, scales: 3 },
};

/** Layout of `nRows` rows of `k` values; `k` must be whole blocks of the file's type. */
export function repackedLayout(type: WeightType, k: number, nRows: number): RepackedLayout {
  const { blockLength } = GGML_TYPES[type];
  assert(k % blockLength === 0, () => `rows of ${k} values are not whole ${type} blocks of ${blockLength}`);
  const kPadded = alignUp(k, BLOCK_LENGTH);
  const blocksPerRow = kPadded / BLOCK_LENGTH;
  const nBlocks = blocksPerRow * nRows;
  const words = WORDS_PER_BLOCK[type];
  return {
    kPadded,
    blocksPerRow,
    quantsWordsPerBlock: words.quants,
    scalesWordsPerBlock: words.scales,
    quantsBytes: 4 * nBlocks * words.quants,
    scalesBytes: 4 * Math.ceil(nBlocks * words.scales),
  };
}

/**
 * Every chunk of rows but a matrix's last must have a multiple of this many rows, so that the next one starts on a
 * whole word of scales.
 */
export function rowGranularity(type: WeightType, k: number): number {
  const { blocksPerRow, scalesWordsPerBlock } = repackedLayout(type, k, 1);
  return Number.isInteger(blocksPerRow * scalesWordsPerBlock) ? 1 : 2;
}

/**
 * Repacks `nRows` consecutive rows of `k` values from the bytes of a GGUF file (at any alignment) to the GPU layout.
 * Chunks of a matrix may be repacked one at a time and joined, see `rowGranularity`.
 */
export function repackInto(type: WeightType, source: Uint8Array, k: number, nRows: number): RepackedRows {
  const expected = byteLength(type, k * nRows);
  assert(
    source.length === expected,
    () => `${nRows} rows of ${k} ${type} values are ${expected} bytes, not ${source.length}`,
  );
  const layout = repackedLayout(type, k, nRows);
  const quants = new Uint32Array(layout.quantsBytes / 4);
  const scales = new Uint32Array(layout.scalesBytes / 4);

  const arrays = { quants: new Uint8Array(quants.buffer), scales: new Uint8Array(scales.buffer) };
  if (type === 'Q6_K') {
    repackQ6K(source, arrays.quants, arrays.scales);
    return { quants, scales };
  }
  const moves = BLOCK_MOVES[type] ?? [rowMove(type, k, layout.kPadded)];
  for (const move of moves) copyStrided(source, arrays[move.to], move);
  return { quants, scales };
}

/** `length` bytes of each `fromStride`, the first at `fromOffset`, that go to one of the two arrays. */
interface Move {
  readonly to: 'quants' | 'scales';
  readonly length: number;
  readonly fromOffset: number;
  readonly fromStride: number;
  readonly toOffset: number;
  readonly toStride: number;
}

/** Where the parts of a block in the file go; types without blocks are not in it. */
const BLOCK_MOVES: Partial<Record<WeightType, readonly Move[]>> = {
  Q4_0: [
    { to: 'quants', length: 16, fromOffset: 2, fromStride: 18, toOffset: 0, toStride: 16 },
    { to: 'scales', length: 2, fromOffset: 0, fromStride: 18, toOffset: 0, toStride: 2 },
  ],
  Q4_1: [
    { to: 'quants', length: 16, fromOffset: 4, fromStride: 20, toOffset: 0, toStride: 16 },
    { to: 'scales', length: 4, fromOffset: 0, fromStride: 20, toOffset: 0, toStride: 4 },
  ],
  Q5_0: [
    { to: 'quants', length: 16, fromOffset: 6, fromStride: 22, toOffset: 0, toStride: 16 },
    { to: 'scales', length: 2, fromOffset: 0, fromStride: 22, toOffset: 0, toStride: 8 },
    { to: 'scales', length: 4, fromOffset: 2, fromStride: 22, toOffset: 4, toStride: 8 },
  ],
  Q5_1: [
    { to: 'quants', length: 16, fromOffset: 8, fromStride: 24, toOffset: 0, toStride: 16 },
    { to: 'scales', length: 8, fromOffset: 0, fromStride: 24, toOffset: 0, toStride: 8 },
  ],
  Q8_0: [
    { to: 'quants', length: 32, fromOffset: 2, fromStride: 34, toOffset: 0, toStride: 32 },
    { to: 'scales', length: 2, fromOffset: 0, fromStride: 34, toOffset: 0, toStride: 2 },
  ],
};

/** Whole rows of plain floats; the zeros after each are already there. */
function rowMove(type: WeightType, k: number, kPadded: number): Move {
  const rowBytes = byteLength(type, k);
  return {
    to: 'quants',
    length: rowBytes,
    fromOffset: 0,
    fromStride: rowBytes,
    toOffset: 0,
    toStride: byteLength(type, kPadded),
  };
}

/** Above this many bytes a call of `set` costs less than the loop. */
const SET_THRESHOLD = 128;

function copyStrided(source: Uint8Array, target: Uint8Array, move: Move): void {
  const { length, fromStride, toStride } = move;
  if (length === fromStride && length === toStride) {
    target.set(source);
    return;
  }
  let to = move.toOffset;
  for (let from = move.fromOffset; from < source.length; from += fromStride, to += toStride) {
    if (length >= SET_THRESHOLD) {
      target.set(source.subarray(from, from + length), to);
    } else {
      for (let i = 0; i < length; i++) target[to + i] = source[from + i];
    }
  }
}
