import { indicesOf } from './argmax.ts';

/**
 * Indices of the `k` likeliest of a row's candidates, or of all if there are fewer: by descending logit, where -0 is below 0, and
 * of equal ones by ascending token.
 */
export function topK(
  logits: Float32Array,
  k: number,
  tokens: Uint32Array = indicesOf(logits),
): Uint32Array<ArrayBuffer> {
  const keys = Uint32Array.from(new Uint32Array(logits.slice().buffer), orderedKey);
  return indicesOf(logits)
    .sort((a, b) => keys[b] - keys[a] || tokens[a] - tokens[b])
    .subarray(0, k);
}

/** Unsigned integer that orders like the float with these bits. */
function orderedKey(bits: number): number {
  return (bits >= 2 ** 31 ? ~bits : bits | 0x80000000) >>> 0;
}
