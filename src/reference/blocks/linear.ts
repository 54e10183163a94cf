import { assert } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import type { Vector } from './vector.ts';

export interface LinearOptions {
  /** Whether to add `NAME.bias`. */
  readonly bias?: boolean;
  /** Index of the matrix in a tensor that has several, one per expert or head. */
  readonly index?: number;
}

/** Computes `NAME.weight` · x: one value per row of the matrix. */
export function linear(
  weights: Weights,
  name: string,
  x: Vector,
  { bias = false, index = 0 }: LinearOptions = {},
): Vector {
  const { values, k, n, count } = weights.matrix(`${name}.weight`);
  assert(x.length === k, () => `${name} has rows of ${k} values, not ${x.length}`);
  assert(index < count, () => `${name} has ${count} matrices, no ${index}`);
  const biases = bias ? weights.values(`${name}.bias`) : null;
  const y = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    const from = (index * n + row) * k;
    let sum = biases === null ? 0 : biases[index * n + row];
    for (let i = 0; i < k; i++) sum += values[from + i] * x[i];
    y[row] = sum;
  }
  return y;
}
