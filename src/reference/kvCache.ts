import { floatToHalf, halfToFloat } from '../quant/f16.ts';

/** The K or the V cache of one layer: f32, or the bits of f16. */
export type KvCache = Float32Array | Uint16Array;

const MAX_HALF = 65504;

/** Layout of a cache: [slot][position][KV head][headDim], `nCtx` positions per slot. */
export interface KvShape {
  readonly nCtx: number;
  readonly nKvHead: number;
  readonly headDim: number;
}

/** Where the token of a batch row belongs: `position` of the sequence in `slot`. */
export interface RowPlace {
  readonly slot: number;
  readonly position: number;
}

/** Index of the first value of a place. */
export function kvOffset({ nCtx, nKvHead, headDim }: KvShape, { slot, position }: RowPlace): number {
  return (slot * nCtx + position) * nKvHead * headDim;
}

export function loadKv(cache: KvCache, index: number): number {
  return cache instanceof Uint16Array ? halfToFloat(cache[index]) : cache[index];
}

/** Rounds `value` to the type of the cache; beyond the largest f16 it saturates. */
export function saveKv(cache: KvCache, index: number, value: number): void {
  cache[index] =
    cache instanceof Uint16Array ? floatToHalf(Math.min(Math.max(value, -MAX_HALF), MAX_HALF)) : value;
}
