import type { HeadShape } from '../gpu/kernels/heads.ts';
import { floatToHalf, halfToFloat } from '../quant/f16.ts';
import { randomValues } from '../quant/randomValues.ts';
import { type KvCache, type RowPlace, saveKv } from '../reference/kvCache.ts';
import { PAGE_POSITIONS, pagesFor } from '../util/kvPage.ts';
import { asFloats, BOUND, type Contents, HALF_BOUND, type Result, type Words } from './contents.ts';

/** Prime, so that no two positions or heads have the same values. */
const N_DISTINCT = 509;

/** Number of positions of a slot: two splits of `span`, plus two pages. */
export function positionsOf(span: number): number {
  return span + 2 * PAGE_POSITIONS;
}

/** Shuffled pages of each of two slots that hold `nPositions`. */
export function pageTables(nPositions: number): number[][] {
  const nPages = pagesFor(nPositions);
  return [0, 1].map(slot => Array.from({ length: nPages }, (_, page) => 2 * (nPages - 1 - page) + slot));
}

/**
 * Slot and position of a row: around position `span`, the edge of a page, in one of two slots. The first rows are the most
 * revealing.
 */
export function placeOf(row: number, span = PAGE_POSITIONS): RowPlace {
  const places: readonly RowPlace[] = [
    { slot: 0, position: span + 85 },
    { slot: 1, position: span - 1 },
    { slot: 1, position: span },
    { slot: 0, position: 0 },
    { slot: 0, position: 1 },
    { slot: 1, position: span - 3 },
    { slot: 1, position: span + 1 },
    { slot: 0, position: span + 5 },
  ];
  // Further rows continue in slot 0: consecutive rows of a slot have ascending positions.
  return places[row] ?? { slot: 0, position: span + row };
}

/** Words of the cache of the slots of `tables`. */
export function cacheWords(
  { nKvHead, headDim, cache }: Pick<HeadShape, 'nKvHead' | 'headDim' | 'cache'>,
  tables: readonly (readonly number[])[],
): number {
  const values = tables.flat().length * PAGE_POSITIONS * nKvHead * headDim;
  return cache === 'f16' ? values / 2 : values;
}

/** Values of a cache, repeated because conversions to and from f16 are slow. */
export interface CacheValues {
  /** Values in the GPU's format. */
  readonly words: Words;
  readonly floats: Float32Array<ArrayBuffer>;
}

export function cacheValues(cache: HeadShape['cache'], nWords: number, seed: number, scale = 1): CacheValues {
  const distinct = randomValues(N_DISTINCT, seed, scale);
  if (cache === 'f32') {
    const floats = Float32Array.from({ length: nWords }, (_, i) => distinct[i % N_DISTINCT]);
    return { words: floats, floats };
  }
  const halves = Uint16Array.from(distinct, floatToHalf);
  const rounded = Float32Array.from(halves, halfToFloat);
  const stored = Uint16Array.from({ length: 2 * nWords }, (_, i) => halves[i % N_DISTINCT]);
  const floats = Float32Array.from(stored, (_, i) => rounded[i % N_DISTINCT]);
  return { words: new Uint32Array(stored.buffer), floats };
}

/** Values of a cache from index `at` on, rounded to the type of the cache. */
export function cells(
  of: Contents,
  cache: HeadShape['cache'],
  at: number,
  values: Float32Array<ArrayBuffer>,
): Result {
  if (cache === 'f32') return { of, at, length: values.length, values, read: asFloats, bound: BOUND };
  const stored: KvCache = new Uint16Array(values.length);
  for (const [i, value] of values.entries()) saveKv(stored, i, value);
  return {
    of,
    at: at / 2,
    length: values.length / 2,
    values: Float32Array.from(stored, halfToFloat),
    read: words => Float32Array.from(new Uint16Array(words.buffer), halfToFloat),
    bound: HALF_BOUND,
  };
}
