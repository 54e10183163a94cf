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
  if (quants === 2) interleavePieces(from.quants, to.quants, { ...rows, pieces: blocks }, 2, copyFourOfPairs);
  else
    interleavePieces(
      from.quants,
      to.quants,
      { ...rows, pieces: (blocks * quants) / 4 },
      4,
      copyFourOfVectors,
    );
  if (scales === 0) return;
  if (Number.isInteger(scales) || record.blockLength === 256) {
    interleavePieces(from.scales, to.scales, { ...rows, pieces: blocks * scales }, 1, copyFourOfElements);
  } else if (scales === 0.5) {
    interleavePieces(
      halvesOf(from.scales),
      halvesOf(to.scales),
      { ...rows, pieces: blocks },
      1,
      copyFourOfElements,
    );
  } else {
    interleavePieces(
      bytesOf(from.scales),
      bytesOf(to.scales),
      { ...rows, pieces: blocks },
      1,
      copyFourOfElements,
    );
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
function interleavePieces<T extends Elements>(
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
  const row = 4 * pieces;
  for (let piece = 0; piece < pieces; piece++) {
    copyVector(from, at, to, put);
    copyVector(from, at + row, to, put + 4);
    copyVector(from, at + 2 * row, to, put + 8);
    copyVector(from, at + 3 * row, to, put + 12);
    at += 4;
    put += 4 * ROW_GROUP;
  }
}

/** Without a loop, which would take twice as long. */
function copyVector(from: Uint32Array, at: number, to: Uint32Array, put: number): void {
  to[put] = from[at];
  to[put + 1] = from[at + 1];
  to[put + 2] = from[at + 2];
  to[put + 3] = from[at + 3];
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
  for (let piece = 0; piece < pieces; piece++) {
    to[put] = from[at];
    to[put + 1] = from[at + pieces];
    to[put + 2] = from[at + 2 * pieces];
    to[put + 3] = from[at + 3 * pieces];
    at++;
    put += ROW_GROUP;
  }
}
