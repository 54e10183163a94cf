import type { GgufTensor } from '../../gguf/index.ts';
import { byteLength } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';

/** Rows of a tensor, with all dimensions but the first flattened. */
export interface RowRange {
  readonly tensor: GgufTensor;
  readonly firstRow: number;
  readonly rows: number;
  /** Maps the index of a row in this range to its index in the file, counted from `firstRow`; identity if absent. */
  readonly order?: (row: number) => number;
}

/** Bytes of the file that hold some rows, and the function that puts those rows in order. */
export interface RowSpan {
  readonly offset: number;
  readonly length: number;
  /** Extracts the rows in order from the bytes of the span. */
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

/** `nRows` consecutive rows of `ranges`, from row `first` of their concatenation on. */
export function sliceRanges(ranges: readonly RowRange[], first: number, nRows: number): RowRange[] {
  let begin = 0;
  return ranges.flatMap(range => {
    const from = Math.max(first - begin, 0);
    const to = Math.min(first + nRows - begin, range.rows);
    begin += range.rows;
    return from < to ? [sliceRange(range, from, to)] : [];
  });
}

/** Location of a range's rows in the file: the bytes from the first row to the last. */
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
