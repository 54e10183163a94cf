import { type KvCache, type KvShape, kvOffset, loadKv, type RowPlace } from './kvCache.ts';

/**
 * Causal attention with grouped query heads (Ainslie et al. 2023): each row of `q` [rows, nHead, headDim] attends to
 * positions 0..position of its slot, softmax(q·k / √headDim) · v. Gives [rows, nHead, headDim].
 */
export function attention(
  q: Float32Array,
  kCache: KvCache,
  vCache: KvCache,
  rows: readonly RowPlace[],
  nHead: number,
  shape: KvShape,
): Float32Array<ArrayBuffer> {
  const { nKvHead, headDim } = shape;
  const output = new Float32Array(rows.length * nHead * headDim);
  rows.forEach(({ slot, position }, row) => {
    for (let head = 0; head < nHead; head++) {
      const kvHead = Math.floor(head / (nHead / nKvHead));
      const cell = (at: number) => kvOffset(shape, { slot, position: at }) + kvHead * headDim;
      const from = (row * nHead + head) * headDim;
      const weights = softmax(
        Array.from({ length: position + 1 }, (_, at) => {
          let score = 0;
          for (let i = 0; i < headDim; i++) score += q[from + i] * loadKv(kCache, cell(at) + i);
          return score / Math.sqrt(headDim);
        }),
      );
      for (let i = 0; i < headDim; i++) {
        output[from + i] = weights.reduce(
          (sum, weight, at) => sum + weight * loadKv(vCache, cell(at) + i),
          0,
        );
      }
    }
  });
  return output;
}

/** Weights that sum to 1; the largest score is subtracted first, so that none overflows. */
export function softmax(scores: readonly number[]): number[] {
  const largest = scores.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  const exponentials = scores.map(score => Math.exp(score - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map(value => value / total);
}
