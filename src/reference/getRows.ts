/** Embeddings of `tokens`: their rows of `weights` [nVocab, k], as [tokens, k]. */
export function getRows(
  weights: Float32Array,
  k: number,
  tokens: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(tokens.length * k);
  for (let row = 0; row < tokens.length; row++) {
    rows.set(weights.subarray(tokens[row] * k, (tokens[row] + 1) * k), row * k);
  }
  return rows;
}
