import { type KvCache, type KvShape, kvOffset, loadKv, saveKv } from './kvCache.ts';
import { type RopeLayout, rotateHead } from './rope.ts';

/** Context shift of `slot`: drops positions [keep, keep + discard) and moves [keep + discard, end) down by `discard`. */
export interface ContextShift {
  readonly slot: number;
  readonly keep: number;
  readonly discard: number;
  readonly end: number;
}

/** Rotation of the keys, and shape of a layer's caches. */
export interface ShiftedCaches {
  readonly layout: RopeLayout;
  /** Number of rotated values of a head, and the first of them (0 by default). */
  readonly nRot: number;
  readonly rotFrom?: number;
  /** Factor of cos and sin in the table. A shift rotates back without it. */
  readonly magnitude?: number;
  /** Width of a value; `headDim` by default. */
  readonly valueDim?: number;
}

/**
 * Shifts the context of one layer in place: V moves, K moves and rotates back by `discard` positions. An f16 cache is read,
 * rotated and rounded to f16 again. The last `discard` positions keep their content. `vCache` is null if values are a part of
 * keys.
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
