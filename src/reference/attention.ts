import { type KvCache, type KvShape, kvOffset, loadKv, type RowPlace } from './kvCache.ts';

/** Attention as other models than llama have it. */
export interface AttentionOptions {
  /** Values of a value; `headDim` by default. */
  readonly valueDim?: number;
  /** Factor of q·k; 1 / √headDim by default. */
  readonly scale?: number;
  /** Positions that a row sees, its own included; by default all up to its own. */
  readonly window?: number | null;
  /** Scores s become cap · tanh(s / cap) (Gemma 2). */
  readonly softcap?: number | null;
  /** Of each head a logit that takes part in the softmax and has no value (gpt-oss). */
  readonly sinks?: Float32Array | null;
  /** V is the first `valueDim` values of each cell of K (DeepSeek-V2); `vCache` is `kCache`. */
  readonly latent?: boolean;
}

/**
 * Causal attention with grouped query heads (Ainslie et al. 2023): each row of `q` [rows, nHead, headDim] attends to
 * positions 0..position of its slot, softmax(q·k · scale) · v. Gives [rows, nHead, valueDim].
 */
export function attention(
  q: Float32Array,
  kCache: KvCache,
  vCache: KvCache,
  rows: readonly RowPlace[],
  nHead: number,
  shape: KvShape,
  options: AttentionOptions = {},
): Float32Array<ArrayBuffer> {
  const { nKvHead, headDim } = shape;
  const { valueDim = headDim, scale = 1 / Math.sqrt(headDim), window, softcap, sinks, latent } = options;
  const valueShape = latent ? shape : { ...shape, headDim: valueDim };
  const output = new Float32Array(rows.length * nHead * valueDim);
  rows.forEach(({ slot, position }, row) => {
    const firstSeen = window == null ? 0 : Math.max(0, position + 1 - window);
    const cellsOf = (of: KvShape, kvHead: number) =>
      Array.from({ length: position + 1 - firstSeen }, (_, i) => {
        return kvOffset(of, { slot, position: firstSeen + i }) + kvHead * of.headDim;
      });
    for (let head = 0; head < nHead; head++) {
      const kvHead = Math.floor(head / (nHead / nKvHead));
      const from = (row * nHead + head) * headDim;
      const scores = cellsOf(shape, kvHead).map(cell => {
        let score = 0;
        for (let i = 0; i < headDim; i++) score += q[from + i] * loadKv(kCache, cell + i);
        return softcap == null ? score * scale : softcap * Math.tanh((score * scale) / softcap);
      });
      // The sink comes last and has no value.
      const weights = softmax(sinks ? [...scores, sinks[head]] : scores);
      const values = cellsOf(valueShape, kvHead);
      for (let i = 0; i < valueDim; i++) {
        output[(row * nHead + head) * valueDim + i] = values.reduce(
          (sum, cell, at) => sum + weights[at] * loadKv(vCache, cell + i),
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
