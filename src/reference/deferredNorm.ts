/**
 * Defers the norm by `weight` of rows of `k` values. Returns [rows, 40 per block of 32]: weight · x, padded with zeros to whole
 * blocks, then the sums of squares of every four x.
 */
export function deferredNorm(x: Float32Array, weight: Float32Array, k: number): Float32Array<ArrayBuffer> {
  const blocks = Math.ceil(k / 32);
  const rows = new Float32Array((x.length / k) * blocks * 40);
  for (let row = 0; row < x.length / k; row++) {
    const sums = new Float64Array(blocks * 8);
    for (let i = 0; i < k; i++) {
      const value = x[row * k + i];
      rows[row * blocks * 40 + i] = value * weight[i];
      sums[i >> 2] += value * value;
    }
    rows.set(sums, row * blocks * 40 + blocks * 32);
  }
  return rows;
}
