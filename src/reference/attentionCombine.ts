/** Shape of attention's outputs over at most `splits` parts of `split` positions each. */
export interface SplitShape {
  readonly nHead: number;
  /** Width of a head of the output. */
  readonly headDim: number;
  readonly split: number;
  readonly splits: number;
  /** Number of positions that a row attends to, including its own; all up to its own by default. */
  readonly window?: number | null;
  /** One logit per head that takes part in the softmax without a value. */
  readonly sinks?: Float32Array | null;
}

/**
 * Combines the outputs of the parts that each row reaches (flash decoding, Dao et al. 2023). `partial` [rows, nHead, splits,
 * headDim + 4] has for each part the values before division, the largest score, the sum of exponentials relative to it, and two
 * values of padding. Returns [rows, nHead, headDim].
 */
export function attentionCombine(
  partial: Float32Array,
  positions: readonly number[],
  { nHead, headDim, split, splits, window, sinks }: SplitShape,
): Float32Array<ArrayBuffer> {
  const stride = headDim + 4;
  const output = new Float32Array(positions.length * nHead * headDim);
  positions.forEach((position, row) => {
    const first = window == null ? 0 : Math.floor(Math.max(0, position + 1 - window) / split);
    for (let head = 0; head < nHead; head++) {
      const at = (row * nHead + head) * splits;
      const parts = Array.from({ length: Math.floor(position / split) + 1 - first }, (_, part) =>
        partial.subarray((at + first + part) * stride, (at + first + part + 1) * stride),
      );
      const sink = sinks ? sinks[head] : Number.NEGATIVE_INFINITY;
      const highest = Math.max(sink, ...parts.map(part => part[headDim]));
      const weighted = (of: (part: Float32Array) => number) =>
        parts.reduce((sum, part) => sum + of(part) * Math.exp(part[headDim] - highest), 0);
      const total = weighted(part => part[headDim + 1]) + Math.exp(sink - highest);
      for (let i = 0; i < headDim; i++) {
        output[(row * nHead + head) * headDim + i] = weighted(part => part[i]) / total;
      }
    }
  });
  return output;
}
