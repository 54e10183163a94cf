import { PART_POSITIONS } from '../util/kvPage.ts';
import { emptyState, merged } from './softmaxState.ts';

/** Shape of the states that attention stores for spans of `span` positions each. */
export interface SpanShape {
  readonly rows: number;
  readonly nHead: number;
  /** Width of a head of the output. */
  readonly headDim: number;
  readonly span: number;
  /** Number of positions that a row attends to, including its own; all up to its own by default. */
  readonly window?: number | null;
  /** One logit per head that takes part in the softmax without a value. */
  readonly sinks?: Float32Array | null;
}

/**
 * Merges the states of the spans that each row sees (flash decoding, Dao et al. 2023). `partial` [spans, rows, nHead, headDim + 4]
 * has for each span the values before division, the largest score, the sum of exponentials relative to it, and two values of
 * padding. Row i of the batch of `rows` has position `positions[i]`. Returns [positions, nHead, headDim].
 */
export function attentionCombine(
  partial: Float32Array,
  positions: readonly number[],
  { rows, nHead, headDim, span, window, sinks }: SpanShape,
): Float32Array<ArrayBuffer> {
  const stride = headDim + 4;
  const output = new Float32Array(positions.length * nHead * headDim);
  positions.forEach((position, row) => {
    const first = window == null ? 0 : Math.floor(Math.max(0, position + 1 - window) / span);
    for (let head = 0; head < nHead; head++) {
      let all = emptyState(headDim, sinks?.[head]);
      let part = emptyState(headDim);
      const last = Math.floor(position / span);
      for (let i = first; i <= last; i++) {
        const at = ((i * rows + row) * nHead + head) * stride;
        const values = [...partial.subarray(at, at + headDim)];
        part = merged(part, { highest: partial[at + headDim], total: partial[at + headDim + 1], values });
        if (i < last && ((i + 1) * span) % PART_POSITIONS !== 0) continue;
        all = merged(all, part);
        part = emptyState(headDim);
      }
      output.set(
        all.values.map(value => value / all.total),
        (row * nHead + head) * headDim,
      );
    }
  });
  return output;
}
