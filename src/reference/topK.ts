/** Likeliest tokens of each row, by descending logit; both [rows, min(k, nVocab)]. */
export interface TopK {
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly logits: Float32Array<ArrayBuffer>;
}

/** The `k` largest values of each row of `logits` [rows, nVocab], ties by ascending id. */
export function topK(logits: Float32Array, nVocab: number, k: number): TopK {
  const nRows = logits.length / nVocab;
  const width = Math.min(k, nVocab);
  const ids = new Uint32Array(nRows * width);
  for (let row = 0; row < nRows; row++) {
    const values = logits.subarray(row * nVocab, (row + 1) * nVocab);
    const order = Uint32Array.from(values, (_, id) => id);
    order.sort((a, b) => values[b] - values[a] || a - b);
    ids.set(order.subarray(0, width), row * width);
  }
  return { ids, logits: Float32Array.from(ids, (id, i) => logits[Math.floor(i / width) * nVocab + id]) };
}
