import { bytesOf, halvesOf } from './bits.ts';
import type { GpuWords, WeightRecord } from './weightRecord.ts';

/**
 * Rows of a weight matrix that lie together on the GPU. Neighbouring invocations compute neighbouring rows: what they load at the
 * same time lies side by side.
 */
export const ROW_GROUP = 32;

/** Place of a piece of a row among the pieces of a matrix, if a row has `pieces`. See lib/weight.wgsl. */
export function placeOfPiece(row: number, piece: number, pieces: number): number {
  const inGroup = row % ROW_GROUP;
  return (row - inGroup) * pieces + piece * ROW_GROUP + inGroup;
}

/**
 * Copies whole rows of `blocks` blocks into groups of `ROW_GROUP` rows. A row is a sequence of pieces: vectors of quants, and
 * words of scales, or what a block has of a word. Piece j of all rows of a group comes before piece j + 1 of any.
 *
 * @param firstRow row of `to` where the first one goes; other rows of its group stay unchanged
 */
export function interleaveRows(
  record: WeightRecord,
  from: GpuWords,
  blocks: number,
  nRows: number,
  to: GpuWords,
  firstRow = 0,
): void {
  const { quants, scales } = record.words;
  const rows = { nRows, firstRow };
  if (quants === 2) copyRows(from.quants, to.quants, { ...rows, pieces: blocks }, 2, copyFourOfPairs);
  else copyRows(from.quants, to.quants, { ...rows, pieces: (blocks * quants) / 4 }, 4, copyFourOfVectors);
  if (scales === 0) return;
  if (Number.isInteger(scales) || record.blockLength === 256) {
    copyRows(from.scales, to.scales, { ...rows, pieces: blocks * scales }, 1, copyFourOfElements);
  } else if (scales === 0.5) {
    copyRows(halvesOf(from.scales), halvesOf(to.scales), { ...rows, pieces: blocks }, 1, copyFourOfElements);
  } else {
    copyRows(bytesOf(from.scales), bytesOf(to.scales), { ...rows, pieces: blocks }, 1, copyFourOfElements);
  }
}

interface PiecesOfRows {
  readonly nRows: number;
  readonly firstRow: number;
  /** Pieces per row. */
  readonly pieces: number;
}

type Elements = Uint32Array | Uint16Array | Uint8Array;

/**
 * Copies rows of pieces of `length` elements: four neighbouring rows at a time with `copyFour`, and one by one those before and
 * after them in their group. Four rows at a time are a third faster, or twice as fast if a piece is one element.
 */
function copyRows<T extends Elements>(
  from: T,
  to: T,
  { nRows, firstRow, pieces }: PiecesOfRows,
  length: number,
  copyFour: (from: T, at: number, to: T, put: number, pieces: number) => void,
): void {
  for (let row = 0; row < nRows; ) {
    const target = firstRow + row;
    const at = row * pieces * length;
    const put = placeOfPiece(target, 0, pieces) * length;
    const isFour = target % 4 === 0 && row + 4 <= nRows;
    if (isFour) copyFour(from, at, to, put, pieces);
    else copyRow(from, at, to, put, pieces, length);
    row += isFour ? 4 : 1;
  }
}

function copyRow<T extends Elements>(
  from: T,
  at: number,
  to: T,
  put: number,
  pieces: number,
  length: number,
) {
  for (let piece = 0; piece < pieces; piece++) {
    for (let i = 0; i < length; i++) to[put + piece * ROW_GROUP * length + i] = from[at + piece * length + i];
  }
}

function copyFourOfVectors(
  from: Uint32Array,
  at: number,
  to: Uint32Array,
  put: number,
  pieces: number,
): void {
  let [a, b, c, d] = [at, at + 4 * pieces, at + 8 * pieces, at + 12 * pieces];
  for (let piece = 0; piece < pieces; piece++) {
    to[put] = from[a];
    to[put + 1] = from[a + 1];
    to[put + 2] = from[a + 2];
    to[put + 3] = from[a + 3];
    to[put + 4] = from[b];
    to[put + 5] = from[b + 1];
    to[put + 6] = from[b + 2];
    to[put + 7] = from[b + 3];
    to[put + 8] = from[c];
    to[put + 9] = from[c + 1];
    to[put + 10] = from[c + 2];
    to[put + 11] = from[c + 3];
    to[put + 12] = from[d];
    to[put + 13] = from[d + 1];
    to[put + 14] = from[d + 2];
    to[put + 15] = from[d + 3];
    a += 4;
    b += 4;
    c += 4;
    d += 4;
    put += 4 * ROW_GROUP;
  }
}

function copyFourOfPairs(from: Uint32Array, at: number, to: Uint32Array, put: number, pieces: number): void {
  for (let row = 0; row < 4; row++) copyRow(from, at + 2 * row * pieces, to, put + 2 * row, pieces, 2);
}

function copyFourOfElements<T extends Elements>(
  from: T,
  at: number,
  to: T,
  put: number,
  pieces: number,
): void {
  let [a, b, c, d] = [at, at + pieces, at + 2 * pieces, at + 3 * pieces];
  for (let piece = 0; piece < pieces; piece++) {
    to[put] = from[a++];
    to[put + 1] = from[b++];
    to[put + 2] = from[c++];
    to[put + 3] = from[d++];
    put += ROW_GROUP;
  }
}
