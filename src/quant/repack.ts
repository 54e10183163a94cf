import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import { interleaveRows, ROW_GROUP } from './interleave.ts';
import { byteLength, recordOf, type WeightType } from './types.ts';
import type { GpuWords } from './weightRecord.ts';

/** Size of a weight matrix on the GPU, in two arrays of u32; `src/quant/types` and `interleaveRows` define their content. */
export interface RepackedLayout {
  /** Values per row, including the zeros that fill its last block. */
  readonly kPadded: number;
  readonly blocksPerRow: number;
  /** Sizes of whole groups of rows. */
  readonly quantsBytes: number;
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
  const nBlocks = blocksPerRow * alignUp(nRows, ROW_GROUP);
  return {
    kPadded,
    blocksPerRow,
    quantsBytes: 4 * nBlocks * words.quants,
    scalesBytes: 4 * nBlocks * words.scales,
  };
}

/**
 * Reusable memory for repacked rows. Each call overwrites the previous result: pages of new memory have to be cleared by the
 * operating system first, which takes longer than repacking.
 */
export class RepackMemory {
  readonly #words = new WordsMemory();
  readonly #group = new WordsMemory();

  /** Words for the result. */
  take(nQuants: number, nScales: number): GpuWords {
    return this.#words.take(nQuants, nScales);
  }

  /** Words for a group of rows before they are interleaved. */
  takeGroup(nQuants: number, nScales: number): GpuWords {
    return this.#group.take(nQuants, nScales);
  }
}

class WordsMemory {
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

/** Words for `nRows` rows, zero. */
export function newWords(type: WeightType, k: number, nRows: number): GpuWords {
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, nRows);
  return { quants: new Uint32Array(quantsBytes / 4), scales: new Uint32Array(scalesBytes / 4) };
}

/**
 * Repacks `nRows` consecutive rows of `k` values from the bytes of a GGUF file (at any alignment) to the GPU layout of whole
 * groups of rows. The result is valid until the memory is used again.
 */
export function repackInto(
  type: WeightType,
  source: Uint8Array,
  k: number,
  nRows: number,
  memory = new RepackMemory(),
): GpuWords {
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, nRows);
  const words = memory.take(quantsBytes / 4, scalesBytes / 4);
  if (nRows % ROW_GROUP !== 0) {
    const whole = repackedLayout(type, k, nRows - (nRows % ROW_GROUP));
    words.quants.fill(0, whole.quantsBytes / 4);
    words.scales.fill(0, whole.scalesBytes / 4);
  }
  repackRows(type, source, k, nRows, words, 0, memory);
  return words;
}

/** Repacks rows into `to`, from row `firstRow` on; other rows stay unchanged. */
export function repackRows(
  type: WeightType,
  source: Uint8Array,
  k: number,
  nRows: number,
  to: GpuWords,
  firstRow: number,
  memory: RepackMemory,
): void {
  const record = recordOf(type);
  const rowBytes = byteLength(type, k);
  const expected = rowBytes * nRows;
  assert(
    source.length === expected,
    () => `${nRows} rows of ${k} ${type} values are ${expected} bytes, not ${source.length}`,
  );
  const { blocksPerRow } = repackedLayout(type, k, nRows);
  // A few rows at a time stay in the processor's cache.
  for (let row = 0; row < nRows; row += ROW_GROUP) {
    const rows = Math.min(ROW_GROUP, nRows - row);
    const group = memory.takeGroup(
      rows * blocksPerRow * record.words.quants,
      Math.ceil(rows * blocksPerRow * record.words.scales),
    );
    record.repack(new DataView(source.buffer, source.byteOffset + row * rowBytes, rows * rowBytes), k, group);
    interleaveRows(record, group, blocksPerRow, rows, to, firstRow + row);
  }
}

/** Row where group number `group` of a matrix begins, whose groups have `n` rows each. */
export function groupStart(group: number, n: number): number {
  return group * alignUp(n, ROW_GROUP);
}
