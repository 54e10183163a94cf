/** Index of the likeliest of a row's candidates: the largest logit, of equal ones that with the lowest token. */
export function argmax(logits: Float32Array, tokens: Uint32Array = indicesOf(logits)): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) {
    if (logits[i] > logits[best] || (logits[i] === logits[best] && tokens[i] < tokens[best])) best = i;
  }
  return best;
}

/** Tokens of a row of all logits. */
export function indicesOf(logits: Float32Array): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(logits, (_, token) => token);
}
