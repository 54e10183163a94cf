/** Logits of which those of `tokens` are minus infinity. */
export function suppress<T extends Float32Array | Float64Array>(logits: T, tokens: readonly number[]): T {
  const suppressed = logits.slice() as T;
  for (const token of tokens) suppressed[token] = Number.NEGATIVE_INFINITY;
  return suppressed;
}
