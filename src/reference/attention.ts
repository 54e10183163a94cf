import { type KvCache, type KvShape, kvOffset, loadKv, type RowPlace } from './kvCache.ts';
import { attendPositions, emptyState } from './softmaxState.ts';

/** Features of attention in models other than llama. */
export interface AttentionOptions {
  /** Width of a value; `headDim` by default. */
  readonly valueDim?: number;
  /** Factor of q·k; 1 / √headDim by default. */
  readonly scale?: number;
  /** Number of positions that a row attends to, including its own; all up to its own by default. */
  readonly window?: number | null;
  /** Caps scores s to cap · tanh(s / cap) (Gemma 2). */
  readonly softcap?: number | null;
  /** One logit per head that takes part in the softmax without a value (gpt-oss). */
  readonly sinks?: Float32Array | null;
  /** Whether V is the first `valueDim` values of each cell of K (DeepSeek-V2); `vCache` is then `kCache`. */
  readonly latent?: boolean;
}

/**
 * Causal attention with grouped query heads (Ainslie et al. 2023): each row of `q` [rows, nHead, headDim] attends to positions
 * 0..position of its slot, softmax(q·k · scale) · v. Returns [rows, nHead, valueDim].
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
  const { valueDim = headDim, scale = 1 / Math.sqrt(headDim), window, sinks, latent } = options;
  const { softcap = null } = options;
  const valueShape = latent ? shape : { ...shape, headDim: valueDim };
  const output = new Float32Array(rows.length * nHead * valueDim);
  rows.forEach(({ slot, position: last }, row) => {
    const first = window == null ? 0 : Math.max(0, last + 1 - window);
    for (let head = 0; head < nHead; head++) {
      const kvHead = Math.floor(head / (nHead / nKvHead));
      const query = (row * nHead + head) * headDim;
      const scoreOf = (position: number) => {
        const key = kvOffset(shape, { slot, position }) + kvHead * headDim;
        let product = 0;
        for (let i = 0; i < headDim; i++) product += q[query + i] * loadKv(kCache, key + i);
        return softcap === null ? product * scale : softcap * Math.tanh((product * scale) / softcap);
      };
      const valueAt = (position: number, i: number) =>
        loadKv(vCache, kvOffset(valueShape, { slot, position }) + kvHead * valueShape.headDim + i);
      const start = emptyState(valueDim, sinks?.[head]);
      const { total, values } = attendPositions(first, last, start, scoreOf, valueAt);
      for (let i = 0; i < valueDim; i++) output[(row * nHead + head) * valueDim + i] = values[i] / total;
    }
  });
  return output;
}
