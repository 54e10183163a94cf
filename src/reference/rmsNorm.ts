/**
 * RMS norm (Zhang and Sennrich 2019) of rows of `k` values: x / √(mean(x²) + eps) · weight. With `rowIndices`, only of those rows
 * of `x`, in that order.
 */
export function rmsNorm(
  x: Float32Array,
  weight: Float32Array,
  k: number,
  eps: number,
  rowIndices: ArrayLike<number> = Array.from({ length: x.length / k }, (_, row) => row),
): Float32Array<ArrayBuffer> {
  const normed = new Float32Array(rowIndices.length * k);
  for (let row = 0; row < rowIndices.length; row++) {
    const from = rowIndices[row] * k;
    let sumOfSquares = 0;
    for (let i = 0; i < k; i++) sumOfSquares += x[from + i] ** 2;
    const scale = 1 / Math.sqrt(sumOfSquares / k + eps);
    for (let i = 0; i < k; i++) normed[row * k + i] = x[from + i] * scale * weight[i];
  }
  return normed;
}
