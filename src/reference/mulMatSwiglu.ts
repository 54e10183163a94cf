import { dot } from './dot.ts';
import { silu } from './swiglu.ts';

/** silu(gate · x) · (up · x) for the matrices `gate` and `up` [n, k] and the rows of `x` [rows, k], as [rows, n]. */
export function mulMatSwiglu(
  gate: Float32Array,
  up: Float32Array,
  x: Float32Array,
  n: number,
  k: number,
): Float32Array<ArrayBuffer> {
  const nRows = x.length / k;
  const products = new Float32Array(nRows * n);
  for (let row = 0; row < nRows; row++) {
    for (let i = 0; i < n; i++) {
      products[row * n + i] = silu(dot(gate, i * k, x, row * k, k)) * dot(up, i * k, x, row * k, k);
    }
  }
  return products;
}
