import { type KvCache, type KvShape, kvOffset, loadKv, saveKv } from './kvCache.ts';
import { type RopeLayout, rotateHead } from './rope.ts';

/** Positions [keep, keep + discard) of `slot` are dropped, and [keep + discard, end) move down by `discard`. */
export interface ContextShift {
  readonly slot: number;
  readonly keep: number;
  readonly discard: number;
  readonly end: number;
}

/**
 * Context shift of one layer, in place: V moves, K moves and turns back by `discard` positions. An f16 cache is read,
 * turned and rounded to f16 again. What the last `discard` positions hold is left as it was.
 */
export function kShift(
  kCache: KvCache,
  vCache: KvCache,
  table: Float32Array,
  shape: KvShape,
  rotation: { readonly layout: RopeLayout; readonly nRot: number },
  { slot, keep, discard, end }: ContextShift,
): void {
  const { nKvHead, headDim } = shape;
  const rowLength = nKvHead * headDim;
  for (let position = keep + discard; position < end; position++) {
    const from = kvOffset(shape, { slot, position });
    const to = kvOffset(shape, { slot, position: position - discard });
    const k = Float32Array.from({ length: rowLength }, (_, i) => loadKv(kCache, from + i));
    for (let head = 0; head < nKvHead; head++) {
      rotateHead(k, head * headDim, table, -discard, { ...rotation, headDim });
    }
    k.forEach((value, i) => {
      saveKv(kCache, to + i, value);
    });
    vCache.copyWithin(to, from, from + rowLength);
  }
}
