import type { KernelSpec } from '../../gpu/pipelines.ts';
import { floatToHalf, halfToFloat } from '../../quant/f16.ts';
import { randomValues } from '../../quant/randomValues.ts';
import type { KvCache, RowPlace } from '../../reference/kvCache.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { packHalves, stepBuffer } from '../inputs.ts';
import { BOUND, type Contents, dense, type ExpectedRow, floatsAt, HALF_BOUND, type Words } from '../trial.ts';

/** A prime, so that no two positions or heads have the same values. */
const N_DISTINCT = 509;
/** Pages of each of two slots that hold a few positions more than `span`, shuffled. */
export function pageTables(span: number): number[][] {
  const nPages = span / PAGE_POSITIONS + 1;
  return [0, 1].map(slot => Array.from({ length: nPages }, (_, page) => 2 * (nPages - 1 - page) + slot));
}

/** Where a row of a trial is: around position `span`, the edge of a page. */
export function placeOf(row: number, span = PAGE_POSITIONS): RowPlace {
  const places: readonly RowPlace[] = [
    { slot: 0, position: span + 5 },
    { slot: 1, position: span - 1 },
    { slot: 1, position: span },
    { slot: 0, position: 0 },
  ];
  // Rows beyond the first few have a position of their own in slot 0.
  return places[row] ?? { slot: 0, position: row };
}

/** Positions of slots with one page more than up to the edge of the first. */
export const N_POSITIONS = 2 * PAGE_POSITIONS;

/** Heads, and the cache of a trial. */
export interface Shape {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  readonly nRot: number;
  readonly isHalf: boolean;
  readonly pageTables: readonly (readonly number[])[];
}

export function shapeOf({ overrides, defines }: KernelSpec, span = PAGE_POSITIONS): Shape {
  const { N_HEAD: nHead, N_KV_HEAD: nKvHead, HEAD_DIM: headDim, N_ROT: nRot } = overrides;
  return { nHead, nKvHead, headDim, nRot, isHalf: defines.CACHE === 'f16', pageTables: pageTables(span) };
}

export function step(rows: readonly number[], span = PAGE_POSITIONS): Contents {
  const places = rows.map(row => placeOf(row, span));
  return dense(stepBuffer(places, [], pageTables(span)));
}

/** Values of the whole cache of a trial. */
export function cacheLength({ nKvHead, headDim, pageTables }: Shape): number {
  return pageTables.flat().length * PAGE_POSITIONS * nKvHead * headDim;
}

/** Values of a cache that come again and again, since conversions to and from f16 are slow; and what they are as floats. */
export function cacheValues(shape: Shape, seed: number) {
  const { isHalf } = shape;
  const length = cacheLength(shape);
  const distinct = randomValues(N_DISTINCT, seed);
  if (!isHalf) {
    const floats = Float32Array.from({ length }, (_, i) => distinct[i % N_DISTINCT]);
    return { stored: floats, floats };
  }
  const halves = Uint16Array.from(distinct, floatToHalf);
  const rounded = Float32Array.from(halves, halfToFloat);
  const stored = Uint16Array.from({ length }, (_, i) => halves[i % N_DISTINCT]);
  return { stored, floats: Float32Array.from({ length }, (_, i) => rounded[i % N_DISTINCT]) };
}

/** A copy of a cache as the GPU holds it. */
export function cacheWords(cache: KvCache): Words {
  return cache instanceof Uint16Array ? packHalves(Uint16Array.from(cache)) : Float32Array.from(cache);
}

/** `length` values of a cache from `at` on, as its twin has it, and as they are read back. */
export function cells(cache: KvCache, binding: number, at: number, length: number): ExpectedRow {
  if (!(cache instanceof Uint16Array)) {
    return { values: cache.slice(at, at + length), read: floatsAt(binding, at, length), bound: BOUND };
  }
  return {
    values: Float32Array.from(cache.subarray(at, at + length), halfToFloat),
    read: bindings =>
      Float32Array.from(new Uint16Array(bindings[binding].buffer, 2 * at, length), halfToFloat),
    bound: HALF_BOUND,
  };
}
