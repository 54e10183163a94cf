import { type KvCache, type KvShape, kvOffset, type RowPlace, saveKv } from './kvCache.ts';

/** Writes the K or V of each row, `x` [rows, nKvHead, headDim], to its place in `cache`. */
export function kvStore(cache: KvCache, x: Float32Array, rows: readonly RowPlace[], shape: KvShape): void {
  const rowLength = shape.nKvHead * shape.headDim;
  rows.forEach((place, row) => {
    const to = kvOffset(shape, place);
    for (let i = 0; i < rowLength; i++) saveKv(cache, to + i, x[row * rowLength + i]);
  });
}
