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
  if (quants === 2) copyPairs(from.quants, to.quants, { ...rows, pieces: blocks });
  else copyVectors(from.quants, to.quants, { ...rows, pieces: (blocks * quants) / 4 });
  if (scales === 0) return;
  if (Number.isInteger(scales) || record.blockLength === 256) {
    copyPieces(from.scales, to.scales, { ...rows, pieces: blocks * scales });
  } else if (scales === 0.5) {
    copyPieces(halvesOf(from.scales), halvesOf(to.scales), { ...rows, pieces: blocks });
  } else {
    copyPieces(bytesOf(from.scales), bytesOf(to.scales), { ...rows, pieces: blocks });
  }
}

interface PiecesOfRows {
  readonly nRows: number;
  readonly firstRow: number;
  /** Pieces per row. */
  readonly pieces: number;
}

/** Calls `copy` for each group with rows to copy: where they begin in `from` and `to`, in pieces, and how many there are. */
function eachGroup(
  { nRows, firstRow, pieces }: PiecesOfRows,
  copy: (from: number, to: number, rows: number) => void,
) {
  for (let row = 0; row < nRows; ) {
    const at = firstRow + row;
    const inGroup = at % ROW_GROUP;
    const rows = Math.min(nRows - row, ROW_GROUP - inGroup);
    copy(row * pieces, placeOfPiece(at, 0, pieces), rows);
    row += rows;
  }
}

function copyVectors(from: Uint32Array, to: Uint32Array, rows: PiecesOfRows): void {
  const { pieces } = rows;
  eachGroup(rows, (source, target, nRows) => {
    for (let piece = 0; piece < pieces; piece++) {
      let at = 4 * (source + piece);
      let put = 4 * (target + piece * ROW_GROUP);
      for (let row = 0; row < nRows; row++, at += 4 * pieces, put += 4) {
        to[put] = from[at];
        to[put + 1] = from[at + 1];
        to[put + 2] = from[at + 2];
        to[put + 3] = from[at + 3];
      }
    }
  });
}

function copyPairs(from: Uint32Array, to: Uint32Array, rows: PiecesOfRows): void {
  const { pieces } = rows;
  eachGroup(rows, (source, target, nRows) => {
    for (let piece = 0; piece < pieces; piece++) {
      let at = 2 * (source + piece);
      let put = 2 * (target + piece * ROW_GROUP);
      for (let row = 0; row < nRows; row++, at += 2 * pieces, put += 2) {
        to[put] = from[at];
        to[put + 1] = from[at + 1];
      }
    }
  });
}

function copyPieces<T extends Uint32Array | Uint16Array | Uint8Array>(
  from: T,
  to: T,
  rows: PiecesOfRows,
): void {
  const { pieces } = rows;
  eachGroup(rows, (source, target, nRows) => {
    for (let piece = 0; piece < pieces; piece++) {
      let at = source + piece;
      let put = target + piece * ROW_GROUP;
      for (let row = 0; row < nRows; row++, at += pieces) to[put++] = from[at];
    }
  });
}
