import { scale, softcap, softmax, type Vector } from './vector.ts';

export interface HeadOptions {
  readonly scale: number;
  readonly softcap?: number | null;
  /** Logit that takes part in the softmax without a value. */
  readonly sink?: number | undefined;
}

/**
 * Softmax of the scaled products of one head's query with keys, times their values. All keys have the same length, and so do all
 * values.
 */
export function attendHead(
  query: Vector,
  keys: readonly Vector[],
  values: readonly Vector[],
  options: HeadOptions,
): Vector {
  const products = Float64Array.from(keys, key => dot(query, key));
  const scores = softcap(scale(products, options.scale), options.softcap ?? null);
  const mixed = new Float64Array(values[0].length);
  softmax(scores, options.sink).forEach((weight, at) => {
    for (let i = 0; i < mixed.length; i++) mixed[i] += weight * values[at][i];
  });
  return mixed;
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
