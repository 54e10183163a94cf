import type { GgufTensor } from '../../gguf/index.ts';
import { byteLength } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';

/** Rows of a tensor, all of its dimensions but the first one flattened. */
export interface RowRange {
  readonly tensor: GgufTensor;
  readonly firstRow: number;
  readonly rows: number;
  /** The row that comes `row`-th of `rows`, counted from `firstRow`; they come as they lie where there is no order. */
  readonly order?: (row: number) => number;
}

/** Bytes of the file that hold some rows, and what brings those into their order. */
export interface RowSpan {
  readonly offset: number;
  readonly length: number;
  /** The bytes of the rows one behind the other, from the bytes of the span. */
  gather(bytes: Uint8Array): Uint8Array;
}

/** All rows of a tensor. */
export function wholeTensor(tensor: GgufTensor): RowRange {
  return { tensor, firstRow: 0, rows: tensor.nElements / tensor.shape[0] };
}

/** Rows `from` to `to` of a range. */
export function sliceRange(range: RowRange, from: number, to: number): RowRange {
  const { firstRow, order } = range;
  const rows = to - from;
  return order
    ? { ...range, rows, order: row => order(from + row) }
    : { ...range, rows, firstRow: firstRow + from };
}

/** `nRows` rows of `ranges` that follow each other, from row `first` of them all on. */
export function sliceRanges(ranges: readonly RowRange[], first: number, nRows: number): RowRange[] {
  let begin = 0;
  return ranges.flatMap(range => {
    const from = Math.max(first - begin, 0);
    const to = Math.min(first + nRows - begin, range.rows);
    begin += range.rows;
    return from < to ? [sliceRange(range, from, to)] : [];
  });
}

/** Where the rows of a range lie in the file: the bytes from the first to the last of them. */
export function spanOf({ tensor, firstRow, rows, order }: RowRange): RowSpan {
  const { name, type, shape, nElements, offset } = tensor;
  const rowBytes = byteLength(type, shape[0]);
  const places = order && Array.from({ length: rows }, (_, row) => order(row));
  const low = places ? places.reduce((least, place) => Math.min(least, place)) : 0;
  const high = places ? places.reduce((most, place) => Math.max(most, place)) + 1 : rows;
  assert(
    firstRow + low >= 0 && firstRow + high <= nElements / shape[0],
    () => `rows ${firstRow + low} to ${firstRow + high} of ${name}, which has ${nElements / shape[0]}`,
  );
  return {
    offset: offset + (firstRow + low) * rowBytes,
    length: (high - low) * rowBytes,
    gather(bytes) {
      if (!places) return bytes;
      const gathered = new Uint8Array(rows * rowBytes);
      for (const [row, place] of places.entries()) {
        const at = (place - low) * rowBytes;
        gathered.set(bytes.subarray(at, at + rowBytes), row * rowBytes);
      }
      return gathered;
    },
  };
}
