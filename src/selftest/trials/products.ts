import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { repackedLayout } from '../../quant/repack.ts';
import { WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { deferredNorm } from '../../reference/deferredNorm.ts';
import { rmsNorm } from '../../reference/rmsNorm.ts';
import { assert } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { padRows, weightInput } from '../inputs.ts';
import { type Contents, dense } from '../trial.ts';

/** Random rows of a matrix, which then come again: to quantize all of them is what would take longest. */
export const DISTINCT_ROWS = 7;
/** Workgroups along the rows of a weight: two, so that it shows where the second one begins. */
const GROUPS = 2;

/** The weight of a product. */
export function weightOf({ defines, overrides }: KernelSpec): {
  readonly weight: WeightType;
  readonly k: number;
} {
  const weight = WEIGHT_TYPES.find(type => type === defines.WEIGHT);
  assert(weight !== undefined, () => `a kernel for weights of type ${defines.WEIGHT}`);
  return { weight, k: overrides.BLOCKS * 32 };
}

/** How many of `N` weight rows the first few of `groups` workgroups compute for certain. */
export function testedRows(N: number, groups: number): { readonly n: number; readonly groups: number } {
  const tested = Math.min(GROUPS, groups);
  return { n: Math.min(N, tested * ceilDiv(N, groups)), groups: tested };
}

/**
 * Random weights, `n` rows of them from each of `starts` on: the quants and scales of a matrix that ends with the last of them,
 * since what comes behind is not tried and could be all of the GPU's memory, and their values.
 */
export function weights(type: WeightType, k: number, n: number, starts: readonly number[]) {
  // Rows come in whole words of scales.
  const wholeRows = alignUp(n, 4);
  const matrices = starts.map((_, i) => weightInput(type, k, wholeRows, 10 + i, DISTINCT_ROWS));
  const lengthTo = (rows: number) => repackedLayout(type, k, rows);
  const end = lengthTo(starts[starts.length - 1] + wholeRows);
  const stretches = (which: 'quants' | 'scales', bytes: 'quantsBytes' | 'scalesBytes') =>
    matrices.map((matrix, i) => ({ at: lengthTo(starts[i])[bytes] / 4, words: matrix[which] }));
  const quants: Contents = { size: end.quantsBytes / 4, stretches: stretches('quants', 'quantsBytes') };
  const scales: Contents =
    end.scalesBytes > 0
      ? { size: end.scalesBytes / 4, stretches: stretches('scales', 'scalesBytes') }
      : dense(matrices[0].scales);
  return { contents: [quants, scales], values: matrices.map(({ values }) => values.slice(0, n * k)) };
}

/** What a product gets for the rows of its batch, and the values of each that it multiplies. */
export interface Activations {
  readonly src: Float32Array<ArrayBuffer>;
  readonly x: readonly Float32Array<ArrayBuffer>[];
}

/** Rows of `k` values, each the same whatever rows are with it. */
export function plainActivations(k: number, rows: readonly number[]): Activations {
  const x = rows.map(row => randomValues(k, 50 + row));
  return { src: joined(x), x };
}

/** The same with a norm that is deferred: the product is of normalised rows. */
export function normedActivations({ overrides }: KernelSpec, rows: readonly number[]): Activations {
  const { NORM_K: k, EPS: eps } = overrides;
  const weight = randomValues(k, 49);
  const { src, x } = plainActivations(k, rows);
  return { src: deferredNorm(src, weight, k), x: x.map(row => padRows(rmsNorm(row, weight, k, eps), k)) };
}

export function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function numbers<T>(length: number, of: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => of(i));
}
