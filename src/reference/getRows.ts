/**
 * Looks up the embeddings of `tokens`, rows of `weights` [nVocab, k], as [tokens, k]. Multiplies them by `scale`, then adds the
 * rows of `positions` [tokens, k].
 */
export function getRows(
  weights: Float32Array,
  k: number,
  tokens: ArrayLike<number>,
  { scale = 1, positions = null }: { readonly scale?: number; readonly positions?: Float32Array | null } = {},
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: tokens.length * k }, (_, at) => {
    const token = tokens[Math.floor(at / k)];
    return weights[token * k + (at % k)] * scale + (positions?.[at] ?? 0);
  });
}
