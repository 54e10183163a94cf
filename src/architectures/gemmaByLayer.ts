import type { Architectures } from './architecture.ts';
import { checkHeadDim, checkRope } from './attention.ts';
import { decoder, POST_NORMS } from './decoder.ts';
import type { Keys } from './keys.ts';
import { unscaled } from './rope.ts';
import type { Attention, Rope } from './spec.ts';

/** Gemmas whose layers get an embedding each and share KV caches. */
export const gemmasByLayer: Architectures = {
  gemma4: keys => {
    const windows = keys.windows(6);
    const nOwn = keys.nLayers - keys.count('attention.shared_kv_layers', 0);
    const ofWindow = windowHeads(keys);
    return decoder(keys, {
      rope: { pairs: 'halves' },
      activation: 'gelu',
      experts: { activation: 'gelu' },
      expertsBeside: true,
      embeddingScale: Math.sqrt(keys.nEmbd),
      norms: POST_NORMS,
      qkNorm: { weights: 'head' },
      valueNorm: true,
      perLayer: keys.count('embedding_length_per_layer_input', 0),
      logitSoftcap: keys.has('final_logit_softcapping') ? keys.optional('final_logit_softcapping') : 30,
      layer: (layer, attention) => {
        const window = windows[layer];
        return {
          window,
          scale: 1,
          ...(window !== null && ofWindow(attention.rope)),
          ...source(keys, windows, nOwn, layer),
        };
      },
    });
  },
};

/** Widths and rope of layers with a window. */
function windowHeads(keys: Keys): (rope: Rope | null) => Partial<Attention> {
  const headDim = keys.count('attention.key_length_swa', keys.count('attention.key_length'));
  const valueDim = keys.count('attention.value_length_swa', keys.count('attention.value_length'));
  for (const dim of [headDim, valueDim]) checkHeadDim(keys, dim);
  const nRot = keys.count('rope.dimension_count_swa', headDim);
  checkRope(keys, nRot, headDim);
  const base = keys.positive('rope.freq_base_swa', 10000);
  return rope => ({
    headDim,
    valueDim,
    rope: rope && { ...unscaled(rope), nRot, base, factors: null },
  });
}

/** Origin of a layer's keys and values. From layer `nOwn` on, they are those of the last earlier layer of the same class. */
function source(
  keys: Keys,
  windows: readonly (number | null)[],
  nOwn: number,
  layer: number,
): Pick<Attention, 'cacheOf' | 'valuesOfKeys'> {
  const has = (name: string) => keys.hasTensor(`blk.${layer}.${name}.weight`);
  if (layer < nOwn) return has('attn_v') || has('attn_qkv') ? {} : { valuesOfKeys: true };
  const cacheOf = windows.slice(0, Math.max(0, nOwn)).lastIndexOf(windows[layer]);
  if (cacheOf === -1)
    keys.fail(
      `layer ${layer} shares the KV cache of an earlier layer, but none before layer ${nOwn} has its window`,
    );
  return { cacheOf };
}
