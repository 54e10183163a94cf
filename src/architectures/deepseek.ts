import type { Architectures } from './architecture.ts';
import { checkHeadDim, checkRope } from './attention.ts';
import { decoder, epsilon } from './decoder.ts';
import { routerByKeys } from './ffn.ts';
import type { Keys } from './keys.ts';
import { readRope, yarnScale } from './rope.ts';
import type { LatentAttention } from './spec.ts';

export const deepseeks: Architectures = {
  /** DeepSeek V2, V3 and R1, lite ones too, and models with the same structure: Moonlight, Kimi K2, GLM 4.7 Flash. */
  deepseek2: keys =>
    decoder(keys, {
      latent: latentAttention(keys),
      experts: routerByKeys(keys, isGlmFlash(keys) ? 'sigmoid' : 'softmax'),
    }),
};

function latentAttention(keys: Keys): LatentAttention {
  if (!keys.has('attention.key_length_mla')) {
    keys.fail(
      `${keys.key('attention.key_length_mla')} is missing, so K and V are not split for latent attention; convert the model again`,
      'unsupported_model',
    );
  }
  const headDim = keys.count('attention.key_length_mla');
  const valueDim = keys.count('attention.value_length_mla');
  const nLatent = keys.count('attention.kv_lora_rank');
  const nRope = keys.count('rope.dimension_count');
  for (const dim of [headDim, valueDim, nLatent, nRope]) checkHeadDim(keys, dim);
  checkRope(keys, nRope, headDim);
  // The converter writes a tenth of the multiplier by which YaRN scales scores instead of rope.
  const multiplier = 10 * (keys.optional('rope.scaling.yarn_log_multiplier') ?? 0);
  const rope = readRope(keys, { pairs: 'neighbours', nRot: nRope, logMultiplier: multiplier === 0 ? 0 : 1 });
  const stretch = rope.magnitude * yarnScale(1 / rope.frequencyScale, multiplier);
  return {
    kind: 'latent',
    nHead: keys.count('attention.head_count'),
    nNope: headDim - nRope,
    nRope,
    nLatent,
    valueDim,
    qRank: keys.hasTensor('blk.0.attn_q_a.weight') ? keys.count('attention.q_lora_rank') : null,
    eps: epsilon(keys, 'rms'),
    rope,
    scale: stretch ** 2 / Math.sqrt(headDim),
  };
}

/** Recognises GLM 4.7 Flash, whose first files lack the options of its router. */
function isGlmFlash(keys: Keys): boolean {
  return keys.nTrunk === 47 && keys.rows('token_embd.weight') === 154880;
}
