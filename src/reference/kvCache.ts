import { floatToHalf, halfToFloat } from '../quant/f16.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';

/** K or V cache of one layer: f32, or the bits of f16. */
export type KvCache = Float32Array | Uint16Array;

const MAX_HALF = 65504;

/** Layout of a cache: [page][position in the page][KV head][headDim]. */
export interface KvShape {
  /** Pages of each slot's positions, in order. */
  readonly pageTables: readonly (readonly number[])[];
  readonly nKvHead: number;
  readonly headDim: number;
}

/** Place of a batch row's token: `position` of the sequence in `slot`. */
export interface RowPlace {
  readonly slot: number;
  readonly position: number;
}

/** Index of the first value of a place. */
export function kvOffset({ pageTables, nKvHead, headDim }: KvShape, { slot, position }: RowPlace): number {
  const page = pageTables[slot][Math.floor(position / PAGE_POSITIONS)];
  return (page * PAGE_POSITIONS + (position % PAGE_POSITIONS)) * nKvHead * headDim;
}

export function loadKv(cache: KvCache, index: number): number {
  return cache instanceof Uint16Array ? halfToFloat(cache[index]) : cache[index];
}

/** Stores `value`, rounded to the type of the cache; beyond the largest f16 it saturates. */
export function saveKv(cache: KvCache, index: number, value: number): void {
  cache[index] =
    cache instanceof Uint16Array ? floatToHalf(Math.min(Math.max(value, -MAX_HALF), MAX_HALF)) : value;
}
