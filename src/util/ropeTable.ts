/** Angles of a rotary position embedding: part of the `Rope` of a model's description. */
export interface RopeAngles {
  /** Number of values of a head that are rotated. */
  readonly nRot: number;
  readonly base: number;
  /** Factor of the angles; 1 by default. */
  readonly frequencyScale?: number;
  /** YaRN blends scaled and unscaled angles; null scales all of them. */
  readonly yarn?: YarnBlend | null;
  /** Factor of cosine and sine; 1 by default. */
  readonly magnitude?: number;
}

/**
 * Pairs that turn more than `betaFast` times within `nCtxOrig` positions keep their angles; those below `betaSlow` are fully
 * scaled.
 */
export interface YarnBlend {
  readonly nCtxOrig: number;
  readonly betaFast: number;
  readonly betaSlow: number;
}

/**
 * Table of the cosine and sine of every RoPE rotation (Su et al. 2021), times the magnitude, as [position][nRot / 2][cos, sin].
 *
 * Pair i of a head turns at `position` by position · frequencyScale · base^(-2i / nRot) / factors[i], computed in double
 * precision and rounded once; YaRN (Peng et al. 2023) blends that with the angle without the scale. `factors` are the values of
 * `rope_freqs.weight` or `rope_factors_*.weight`, if the model has them.
 */
export function ropeTable(
  nPositions: number,
  { nRot, base, frequencyScale = 1, yarn = null, magnitude = 1 }: RopeAngles,
  factors: Float32Array | null = null,
): Float32Array<ArrayBuffer> {
  const nPairs = nRot / 2;
  const table = new Float32Array(nPositions * nRot);
  for (let pair = 0; pair < nPairs; pair++) {
    const unscaled = base ** ((-2 * pair) / nRot);
    const kept = yarn === null ? 0 : keptShare(pair, nRot, base, yarn);
    const scale = kept === 0 ? frequencyScale : frequencyScale * (1 - kept) + kept;
    const frequency = (scale * unscaled) / (factors?.[pair] ?? 1);
    for (let position = 0; position < nPositions; position++) {
      const at = 2 * (position * nPairs + pair);
      table[at] = Math.cos(position * frequency) * magnitude;
      table[at + 1] = Math.sin(position * frequency) * magnitude;
    }
  }
  return table;
}

/**
 * Share of a pair's angle that YaRN leaves unscaled: 1 for fast pairs, 0 for slow ones, and a ramp between, over whole pairs.
 * Source: `ggml_rope_yarn_corr_dims` and `rope_yarn_ramp` of ggml.
 */
function keptShare(pair: number, nRot: number, base: number, yarn: YarnBlend): number {
  /** Index of the pair that makes `turns` turns within the original context. */
  const pairOf = (turns: number) =>
    (nRot * Math.log(yarn.nCtxOrig / (2 * Math.PI * turns))) / (2 * Math.log(base));
  const first = Math.max(0, Math.floor(pairOf(yarn.betaFast)));
  const last = Math.min(nRot - 1, Math.ceil(pairOf(yarn.betaSlow)));
  const along = (pair - first) / Math.max(0.001, last - first);
  return 1 - Math.min(1, Math.max(0, along));
}
