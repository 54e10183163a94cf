import { rowGranularity } from '../../quant/repack.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { type MatrixPlan, matrixBytes } from './matrix.ts';
import { sliceRanges } from './rowRange.ts';

/** A part begins at a multiple of so many rows: a sum of squares is of four products, see shaders/lib/residual.wgsl. */
const ROWS_TOGETHER = 4;

/** Limits of a part: bytes of each of its buffers, and rows that one dispatch multiplies. */
export interface PartLimits {
  readonly maxBytes: number;
  readonly maxRows?: number;
}

/**
 * A matrix as parts within limits, each with some rows of every group: whole rows, so that no sum is split and no bit of a
 * product depends on it (design D1). One that fits is its only part, and so is one that cannot be split.
 */
export function splitMatrix(plan: MatrixPlan, { maxBytes, maxRows = Infinity }: PartLimits): MatrixPlan[] {
  const { n, nGroups, type, k } = plan;
  const bytesOf = (rows: number) => Math.max(...matrixBytes({ ...plan, n: rows }));
  if (bytesOf(n) <= maxBytes && n <= maxRows) return [plan];
  // Groups follow each other, each beginning on a whole word of scales.
  if (nGroups > 1 && n % rowGranularity(type, k) !== 0) return [plan];
  const most =
    Math.floor(Math.min(maxBytes / bytesOf(ROWS_TOGETHER), maxRows / ROWS_TOGETHER)) * ROWS_TOGETHER;
  if (most === 0) return [plan];
  const nRows = alignUp(ceilDiv(n, ceilDiv(n, most)), ROWS_TOGETHER);
  return Array.from({ length: ceilDiv(n, nRows) }, (_, part) => {
    const first = part * nRows;
    return rowsOf(plan, first, Math.min(nRows, n - first), part);
  });
}

/** `nRows` rows from `first` on of every group. */
function rowsOf(plan: MatrixPlan, first: number, nRows: number, part: number): MatrixPlan {
  const ranges = Array.from({ length: plan.nGroups }, (_, group) =>
    sliceRanges(plan.ranges, group * plan.n + first, nRows),
  );
  return { ...plan, label: `${plan.label}.${part}`, n: nRows, ranges: ranges.flat() };
}
