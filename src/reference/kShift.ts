import { type KvCache, type KvShape, kvOffset, loadKv, saveKv } from './kvCache.ts';
import { type RopeLayout, rotateHead } from './rope.ts';

/** Positions [keep, keep + discard) of `slot` are dropped, and [keep + discard, end) move down by `discard`. */
export interface ContextShift {
  readonly slot: number;
  readonly keep: number;
  readonly discard: number;
  readonly end: number;
}

/** How keys were rotated, and what else a layer's caches are like. */
export interface ShiftedCaches {
  readonly layout: RopeLayout;
  /** Values of a head that turn, and the first of them (0 by default). */
  readonly nRot: number;
  readonly rotFrom?: number;
  /** Factor of cos and sin in the table, which turned the keys; to turn back it is left out. */
  readonly magnitude?: number;
  /** Values of a value; `headDim` by default. */
  readonly valueDim?: number;
}

/**
 * Context shift of one layer, in place: V moves, K moves and turns back by `discard` positions. An f16 cache is read,
 * turned and rounded to f16 again. What the last `discard` positions hold is left as it was. `vCache` is null where values are
 * a part of keys.
 */
export function kShift(
  kCache: KvCache,
  vCache: KvCache | null,
  table: Float32Array,
  shape: KvShape,
  { layout, nRot, rotFrom = 0, magnitude = 1, valueDim = shape.headDim }: ShiftedCaches,
  { slot, keep, discard, end }: ContextShift,
): void {
  const { nKvHead, headDim } = shape;
  const rowLength = nKvHead * headDim;
  const valueShape = { ...shape, headDim: valueDim };
  for (let position = keep + discard; position < end; position++) {
    const [from, to] = [position, position - discard].map(at => kvOffset(shape, { slot, position: at }));
    const k = Float32Array.from({ length: rowLength }, (_, i) => loadKv(kCache, from + i));
    for (let head = 0; head < nKvHead; head++) {
      const first = head * headDim + rotFrom;
      rotateHead(k, first, table, -discard, { layout, nRot, headDim });
      for (let i = first; i < first + nRot; i++) k[i] /= magnitude;
    }
    k.forEach((value, i) => {
      saveKv(kCache, to + i, value);
    });
    const [vFrom, vTo] = [position, position - discard].map(at =>
      kvOffset(valueShape, { slot, position: at }),
    );
    vCache?.copyWithin(vTo, vFrom, vFrom + nKvHead * valueDim);
  }
}
