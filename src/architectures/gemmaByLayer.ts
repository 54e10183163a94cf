import type { Architectures } from './architecture.ts';
import { checkHeadDim, checkRope } from './attention.ts';
import { type DecoderOptions, decoder, POST_NORMS } from './decoder.ts';
import type { Keys } from './keys.ts';
import { unscaled } from './rope.ts';
import type { Attention, Rope } from './spec.ts';

/** Gemmas whose layers get an embedding each and share KV caches. */
export const gemmasByLayer: Architectures = {
  gemma3n: keys => {
    const base = keys.positive('rope.freq_base_swa', 10000);
    return decoder(keys, {
      ...gemmaByLayer(keys, {
        windows: keys.windows(5),
        nOwn: NANO.nOwnCaches,
        ofWindow: rope => ({ rope: rope && { ...unscaled(rope), base } }),
      }),
      altUp: true,
      perLayer: keys.count('embedding_length_per_layer_input', NANO.perLayer),
      sparse: { nLayers: NANO.nSparse, sparsity: NANO.sparsity },
    });
  },
  gemma4: keys =>
    decoder(keys, {
      ...gemmaByLayer(keys, {
        windows: keys.windows(6),
        nOwn: keys.nTrunk - keys.count('attention.shared_kv_layers', 0),
        ofWindow: windowHeads(keys),
      }),
      suppressed: keys.tokensWithoutPrefix(
        'tokenizer.ggml.suppress_tokens',
        keys.rows('token_embd.weight') ?? 0,
      ),
      experts: { activation: 'gelu' },
      expertsBeside: true,
      perLayer: keys.count('embedding_length_per_layer_input', 0),
    }),
};

/**
 * Numbers of Gemma 3n that llama.cpp knows without keys: layers with their own KV cache, width of per-layer embeddings, layers with
 * sparse gates, and their threshold in deviations: 95 % of a normal distribution lie below it.
 */
const NANO = { nOwnCaches: 20, perLayer: 256, nSparse: 10, sparsity: 1.6448536269514722 } as const;

/** Classes of layers: windows, layers with a cache of their own, which come first, and differences of layers with a window. */
interface Classes {
  readonly windows: readonly (number | null)[];
  readonly nOwn: number;
  readonly ofWindow: (rope: Rope | null) => Partial<Attention>;
}

/** Decisions that both have in common. */
function gemmaByLayer(keys: Keys, { windows, nOwn, ofWindow }: Classes): DecoderOptions {
  return {
    rope: { pairs: 'halves' },
    activation: 'gelu',
    embeddingScale: Math.sqrt(keys.nEmbd),
    norms: POST_NORMS,
    qkNorm: { weights: 'head' },
    valueNorm: true,
    logitSoftcap: keys.has('final_logit_softcapping') ? keys.optional('final_logit_softcapping') : 30,
    layer: (layer, { rope }) => ({
      window: windows[layer],
      scale: 1,
      ...(windows[layer] !== null && ofWindow(rope)),
      ...source(keys, windows, nOwn, layer),
    }),
  };
}

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
