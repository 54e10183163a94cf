/** Index of the largest value of each row of `logits` [rows, nVocab]; the lowest one on a tie. */
export function argmax(logits: Float32Array, nVocab: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: logits.length / nVocab }, (_, row) => {
    const from = row * nVocab;
    let best = 0;
    for (let id = 1; id < nVocab; id++) {
      if (logits[from + id] > logits[from + best]) best = id;
    }
    return best;
  });
}
