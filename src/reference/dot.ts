/** Dot product of `k` values of each array, in double precision; the products of float32 values are exact. */
export function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, k: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) sum += a[aFrom + i] * b[bFrom + i];
  return sum;
}
