import type { Keys } from './keys.ts';
import type { Rope, RopeFactors } from './spec.ts';

/** Defaults of llama.cpp. */
const BETA_FAST = 32;
const BETA_SLOW = 1;

/** Decisions of an architecture about rope; the rest is in the metadata. */
export interface RopeOptions {
  readonly pairs: Rope['pairs'];
  readonly nRot: number;
  /** Whether to read `yarn_beta_fast` and `yarn_beta_slow`. llama.cpp ignores them in most architectures. */
  readonly readsBetas?: boolean;
  /** Multiplier p of YaRN's magnitude, which is divided by 1 + 0.1 · p · ln(factor). */
  readonly logMultiplier?: number;
}

/**
 * Rope of all layers, scaled according to `rope.scaling.*`: not at all, linearly, by YaRN, by the factors of `rope_freqs` (Llama
 * 3), or by `rope_factors_long` and `_short` (longrope). A factor without a type is linear. Source: `load_hparams` in
 * llama-model.cpp and the constructor of `llama_context`, llama.cpp v0.5.0.
 */
export function readRope(keys: Keys, options: RopeOptions): Rope {
  const type = keys.string('rope.scaling.type', 'linear');
  if (!['none', 'linear', 'yarn', 'longrope'].includes(type)) {
    keys.fail(
      `${keys.key('rope.scaling.type')} is "${type}"; supported are none, linear, yarn and longrope`,
      'unsupported_model',
    );
  }
  const factor = type === 'none' ? 1 : scalingFactor(keys);
  const nCtxOrig = keys.count('rope.scaling.original_context_length', keys.count('context_length'));
  const isYarn = type === 'yarn';
  const { pairs, nRot, readsBetas = false, logMultiplier = 0 } = options;
  const yarnMagnitude = yarnScale(factor, 1) / (logMultiplier === 0 ? 1 : yarnScale(factor, logMultiplier));
  return {
    pairs,
    nRot,
    base: keys.positive('rope.freq_base', 10000),
    frequencyScale: 1 / factor,
    yarn: isYarn
      ? {
          nCtxOrig,
          betaFast: readsBetas ? keys.positive('rope.scaling.yarn_beta_fast', BETA_FAST) : BETA_FAST,
          betaSlow: readsBetas ? keys.positive('rope.scaling.yarn_beta_slow', BETA_SLOW) : BETA_SLOW,
        }
      : null,
    magnitude: keys.positive('rope.scaling.attn_factor', 1) * (isYarn ? yarnMagnitude : 1),
    factors: readFactors(keys, nCtxOrig),
  };
}

/** Rope without scaling, for layers with a window in models whose other layers are scaled. */
export function unscaled(rope: Rope): Rope {
  return { ...rope, frequencyScale: 1, yarn: null, magnitude: 1 };
}

/** Magnitude of YaRN: 1 + 0.1 · multiplier · ln(factor), and 1 if nothing is stretched. */
export function yarnScale(factor: number, multiplier: number): number {
  return factor <= 1 ? 1 : 1 + 0.1 * multiplier * Math.log(factor);
}

/** `rope.scale_linear` is the key of 2023, read where the other is absent. 0 stands for "not scaled" in llama.cpp. */
function scalingFactor(keys: Keys): number {
  const key = keys.has('rope.scaling.factor') ? 'rope.scaling.factor' : 'rope.scale_linear';
  return keys.optional(key) ?? 1;
}

function readFactors(keys: Keys, nCtxOrig: number): RopeFactors | null {
  if (keys.hasTensor('rope_freqs.weight')) return { kind: 'always', tensor: 'rope_freqs' };
  if (!keys.hasTensor('rope_factors_long.weight')) return null;
  return { kind: 'byContext', short: 'rope_factors_short', long: 'rope_factors_long', nCtxOrig };
}
