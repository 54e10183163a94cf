import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder, POST_NORMS } from './decoder.ts';
import type { Keys } from './keys.ts';
import { unscaled } from './rope.ts';

function gemma(keys: Keys): DecoderOptions {
  return { rope: { pairs: 'halves' }, activation: 'gelu', embeddingScale: Math.sqrt(keys.nEmbd) };
}

/** Scale of queries in the largest Gemma 2 and Gemma 3: by the width of the model instead of the head. */
function scale(keys: Keys, nLayersOfLargest: number): { readonly scale?: number } {
  if (keys.nTrunk !== nLayersOfLargest) return {};
  return { scale: 1 / Math.sqrt(keys.nEmbd / keys.count('attention.head_count')) };
}

export const gemmas: Architectures = {
  gemma: keys => decoder(keys, gemma(keys)),
  gemma2: keys => {
    const windows = keys.windows(2, 4096);
    return decoder(keys, {
      ...gemma(keys),
      norms: POST_NORMS,
      softcap: keys.positive('attn_logit_softcapping', 50),
      logitSoftcap: keys.positive('final_logit_softcapping', 30),
      layer: layer => ({ window: windows[layer], ...scale(keys, 46) }),
    });
  },
  gemma3: keys => {
    const windows = keys.windows(6, 0);
    const base = keys.positive('rope.freq_base_swa', 10000);
    return decoder(keys, {
      ...gemma(keys),
      norms: POST_NORMS,
      qkNorm: { weights: 'head' },
      logitSoftcap: keys.optional('final_logit_softcapping'),
      layer: (layer, { rope }) => ({
        window: windows[layer],
        rope: rope && windows[layer] !== null ? { ...unscaled(rope), base } : rope,
        ...scale(keys, 62),
      }),
    });
  },
};
