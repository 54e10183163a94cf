import { ROW_GROUP } from '../../quant/interleave.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { type MatrixPlan, matrixBytes } from './matrix.ts';
import { sliceRanges } from './rowRange.ts';

/** Limits of a part: bytes of each of its buffers, and rows that one dispatch multiplies. */
export interface PartLimits {
  readonly maxBytes: number;
  readonly maxRows?: number;
}

/**
 * Splits a matrix into parts within limits, each with some rows of every group. Rows stay whole, so no sum is split and no bit of
 * a product changes (design D1). A matrix that fits, or cannot be split, is its only part.
 */
export function splitMatrix(plan: MatrixPlan, { maxBytes, maxRows = Infinity }: PartLimits): MatrixPlan[] {
  const { n } = plan;
  const bytesOf = (rows: number) => Math.max(...matrixBytes({ ...plan, n: rows }));
  if (bytesOf(n) <= maxBytes && n <= maxRows) return [plan];
  const most = Math.floor(Math.min(maxBytes / bytesOf(ROW_GROUP), maxRows / ROW_GROUP)) * ROW_GROUP;
  if (most === 0) return [plan];
  const nRows = alignUp(ceilDiv(n, ceilDiv(n, most)), ROW_GROUP);
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
