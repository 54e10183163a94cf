import { dot } from './dot.ts';

/**
 * Products of `weight` [n, k] with the rows of `x` [rows, k], as [rows, n]. A `residual` [rows, n] is added before the
 * only rounding.
 */
export function mulMat(
  weight: Float32Array,
  x: Float32Array,
  n: number,
  k: number,
  residual?: Float32Array,
): Float32Array<ArrayBuffer> {
  const nRows = x.length / k;
  const products = new Float32Array(nRows * n);
  for (let row = 0; row < nRows; row++) {
    for (let i = 0; i < n; i++) {
      const at = row * n + i;
      products[at] = dot(weight, i * k, x, row * k, k) + (residual?.[at] ?? 0);
    }
  }
  return products;
}
