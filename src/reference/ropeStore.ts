import type { KvCache, KvShape, RowPlace } from './kvCache.ts';
import { kvStore } from './kvStore.ts';
import { type RopeLayout, rope } from './rope.ts';

/** The projections of each row, [rows, nHead + 2·nKvHead, headDim]: the Q heads, the K heads, the V heads. */
export interface QkvShape extends KvShape {
  readonly nHead: number;
  readonly nRot: number;
  readonly layout: RopeLayout;
}

/** `rope` on the Q and K of each row, then `kvStore` of its K and V. Returns the turned Q [rows, nHead, headDim]. */
export function ropeStore(
  qkv: Float32Array,
  table: Float32Array,
  rows: readonly RowPlace[],
  kCache: KvCache,
  vCache: KvCache,
  shape: QkvShape,
): Float32Array<ArrayBuffer> {
  const { nHead, nKvHead, headDim } = shape;
  const width = nHead + 2 * nKvHead;
  const heads = (first: number, count: number) =>
    Float32Array.from({ length: rows.length * count * headDim }, (_, i) => {
      const row = Math.floor(i / (count * headDim));
      return qkv[(row * width + first) * headDim + (i % (count * headDim))];
    });
  const positions = rows.map(({ position }) => position);
  kvStore(kCache, rope(heads(nHead, nKvHead), table, positions, shape), rows, shape);
  kvStore(vCache, heads(nHead + nKvHead, nKvHead), rows, shape);
  return rope(heads(0, nHead), table, positions, shape);
}
