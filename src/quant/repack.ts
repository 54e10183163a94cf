import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import { byteLength, recordOf, type WeightType } from './types.ts';
import type { GpuWords } from './weightRecord.ts';

/** Size of a weight matrix on the GPU, in two arrays of u32; `src/quant/types` defines their content. */
export interface RepackedLayout {
  /** Values per row, including the zeros that fill its last block. */
  readonly kPadded: number;
  readonly blocksPerRow: number;
  readonly quantsBytes: number;
  /** Rounded up to whole words. */
  readonly scalesBytes: number;
}

/** Values per block on the GPU, whatever the block length in the file. */
const BLOCK_LENGTH = 32;

/** Layout of `nRows` rows of `k` values; `k` must be whole blocks of the file's type. */
export function repackedLayout(type: WeightType, k: number, nRows: number): RepackedLayout {
  const { blockLength, words } = recordOf(type);
  assert(k % blockLength === 0, () => `rows of ${k} values are not whole ${type} blocks of ${blockLength}`);
  const kPadded = alignUp(k, BLOCK_LENGTH);
  const blocksPerRow = kPadded / BLOCK_LENGTH;
  const nBlocks = blocksPerRow * nRows;
  return {
    kPadded,
    blocksPerRow,
    quantsBytes: 4 * nBlocks * words.quants,
    scalesBytes: 4 * Math.ceil(nBlocks * words.scales),
  };
}

/**
 * Row granularity of the chunks of a matrix, 1, 2 or 4: every chunk but the last must have a multiple of it, so that the next one
 * starts on a whole word of scales.
 */
export function rowGranularity(type: WeightType, k: number): number {
  const { blocksPerRow } = repackedLayout(type, k, 1);
  const wordsPerRow = blocksPerRow * recordOf(type).words.scales;
  return [1, 2].find(rows => Number.isInteger(rows * wordsPerRow)) ?? 4;
}

/**
 * Reusable memory for repacked rows. Each call overwrites the previous result: pages of new memory have to be cleared by the
 * operating system first, which takes longer than repacking.
 */
export class RepackMemory {
  #quants = new Uint32Array();
  #scales = new Uint32Array();

  take(nQuants: number, nScales: number): GpuWords {
    this.#quants = ofLength(this.#quants, nQuants);
    this.#scales = ofLength(this.#scales, nScales);
    return { quants: this.#quants.subarray(0, nQuants), scales: this.#scales.subarray(0, nScales) };
  }
}

function ofLength(words: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  return words.length >= length ? words : new Uint32Array(length);
}

/**
 * Repacks `nRows` consecutive rows of `k` values from the bytes of a GGUF file (at any alignment) to the GPU layout. Chunks of a
 * matrix may be repacked one at a time and joined, see `rowGranularity`. The result is valid until the memory is used again.
 */
export function repackInto(
  type: WeightType,
  source: Uint8Array,
  k: number,
  nRows: number,
  memory = new RepackMemory(),
): GpuWords {
  const expected = byteLength(type, k * nRows);
  assert(
    source.length === expected,
    () => `${nRows} rows of ${k} ${type} values are ${expected} bytes, not ${source.length}`,
  );
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, nRows);
  const words = memory.take(quantsBytes / 4, scalesBytes / 4);
  // The last word may be only partly filled with scales.
  words.scales.fill(0, -1);
  const file = new DataView(source.buffer, source.byteOffset, source.byteLength);
  recordOf(type).repack(file, k, words);
  return words;
}
