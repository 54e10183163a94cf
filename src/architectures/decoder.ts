import { type AttentionOptions, readAttention } from './attention.ts';
import { type FfnOptions, readExpertsBeside, readFfn } from './ffn.ts';
import type { Keys } from './keys.ts';
import type {
  Attention,
  LanguageHead,
  LatentAttention,
  Layer,
  Mixer,
  ModelSpec,
  Norm,
  Recurrent,
} from './spec.ts';

/** Names of a layer's norms, without its prefix; null if there is none. */
export interface NormNames {
  readonly attn: string | null;
  readonly postAttn: string | null;
  readonly ffn: string | null;
  readonly postFfn: string | null;
}

/** Matrix of the tokens' embeddings. */
const TOKEN_TENSOR = 'token_embd';

/** A norm before each branch and none after it, as in llama. */
const PRE_NORMS: NormNames = { attn: 'attn_norm', postAttn: null, ffn: 'ffn_norm', postFfn: null };

/** Names of the norms after the branches, for models that have them. */
export const POST_NORMS = { postAttn: 'post_attention_norm', postFfn: 'post_ffw_norm' } as const;

/** Norms only after the branches. */
export const ONLY_POST_NORMS = { attn: null, ffn: null, ...POST_NORMS } as const;

/** Names of the norms of a dense feed-forward's output, of the experts' input beside it, and of their output. */
const BESIDE_NORMS = ['post_ffw_norm_1', 'pre_ffw_norm_2', 'post_ffw_norm_2'] as const;

/** Decisions of an architecture; defaults are llama's. */
export interface DecoderOptions extends AttentionOptions, FfnOptions {
  readonly norm?: Norm['kind'];
  readonly norms?: Partial<NormNames>;
  readonly parallel?: boolean;
  /** Latent attention in all layers, instead of `AttentionOptions`. */
  readonly latent?: LatentAttention;
  /** Layers that carry a state instead of attention; null for one with attention. */
  readonly recurrent?: (layer: number) => Recurrent | null;
  /** Recurrent mixer beside the attention of every layer. */
  readonly beside?: Recurrent;
  /** Name of the norm before the head; `output_norm` by default. */
  readonly headNorm?: string;
  readonly embeddingScale?: number;
  /** Whether residual streams alternate and layers have a Laurel, as in Gemma 3n. */
  readonly altUp?: boolean;
  /** Width of per-layer embeddings; 0 or absent without. */
  readonly perLayer?: number;
  readonly residualScale?: number;
  readonly logitScale?: number;
  readonly logitSoftcap?: number | null;
  readonly suppressed?: readonly number[];
}

/** Keys of the epsilons of both kinds of norm. */
const EPSILON_KEYS: Readonly<Record<Norm['kind'], string>> = {
  rms: 'attention.layer_norm_rms_epsilon',
  layer: 'attention.layer_norm_epsilon',
};

/**
 * Describes a decoder by its metadata and its tensors, which determine biases, fused matrices, sinks, experts, rope's factors,
 * learned positions and a separate output matrix. Source: llama-model.cpp and src/models of llama.cpp v0.5.0.
 *
 * @throws ForetokenError `invalid_gguf` if metadata are missing or contradict each other, `unsupported_model` if they require
 * something that no kernel does
 */
export function decoder(keys: Keys, options: DecoderOptions = {}): ModelSpec {
  if (!keys.bool('attention.causal', true))
    keys.fail(
      `${keys.key('attention.causal')} is false; only causal attention is supported`,
      'unsupported_model',
    );
  const kind = options.norm ?? 'rms';
  const eps = epsilon(keys, kind);
  const norm = (tensor: string): Norm => ({
    tensor,
    ...(keys.hasTensor(tensor) && { bare: true as const }),
    kind,
    bias: keys.hasTensor(`${tensor}.bias`),
    eps,
  });
  const norms = { ...PRE_NORMS, ...options.norms };
  const ffns = readFfn(keys, options);
  const mixers = readMixers(keys, eps, options);
  return {
    architecture: keys.architecture,
    name: keys.name,
    nVocab: rowsOf('token_embd'),
    nEmbd: keys.nEmbd,
    nCtxTrain: keys.count('context_length'),
    embedding: {
      tensor: TOKEN_TENSOR,
      scale: options.embeddingScale ?? 1,
      nPositions: keys.rows('position_embd.weight'),
      ...(options.perLayer && { perLayer: { width: options.perLayer, norm: norm('per_layer_proj_norm') } }),
    },
    ...(options.altUp && { altUp: { nStreams: rowsOf('blk.0.altup_router') } }),
    layers: ffns.map((ffn, layer) => {
      const prefix = `blk.${layer}.`;
      const layerNorm = (name: string | null) => (name === null ? null : norm(prefix + name));
      return {
        prefix,
        attnNorm: layerNorm(norms.attn),
        mixer: mixers[layer],
        ...(options.beside && { beside: options.beside }),
        postAttnNorm: layerNorm(norms.postAttn),
        ...expertsBeside(layer),
        ...withFfn(ffn, { ffnNorm: layerNorm(norms.ffn), postFfnNorm: layerNorm(norms.postFfn) }),
        parallel: options.parallel ?? false,
        residualScale: options.residualScale ?? 1,
        ...(options.altUp && {
          altUp: { norm: norm(`${prefix}altup_router_norm`) },
          laurel: { rank: rowsOf(`${prefix}laurel_l`), norm: norm(`${prefix}laurel_post_norm`) },
        }),
        ...(options.perLayer && { perLayerNorm: norm(`${prefix}post_norm`) }),
        ...(keys.hasTensor(`${prefix}layer_output_scale.weight`) && { outputScale: true as const }),
      };
    }),
    head: readHead(keys, norm(options.headNorm ?? 'output_norm'), options),
  };

  function rowsOf(tensor: string): number {
    return keys.rows(`${tensor}.weight`) ?? keys.fail(`there is no ${tensor}.weight`);
  }

  function expertsBeside(layer: number): Pick<Layer, 'expertsBeside'> {
    const beside = readExpertsBeside(keys, layer, options);
    if (beside === null) return {};
    const [denseNorm, inputNorm, outputNorm] = BESIDE_NORMS.map(name => norm(`blk.${layer}.${name}`));
    return { expertsBeside: { ffn: beside, denseNorm, inputNorm, outputNorm, routerEps: eps } };
  }
}

function readMixers(keys: Keys, eps: number, options: DecoderOptions): readonly Mixer[] {
  const { latent, recurrent = () => null } = options;
  const others = Array.from({ length: keys.nLayers }, (_, layer) => recurrent(layer) ?? latent ?? null);
  const layers = others.flatMap((mixer, layer) => (mixer === null ? [layer] : []));
  const attentions = readAttention(keys, eps, options, layers);
  return others.map((mixer, layer) => mixer ?? (attentions.get(layer) as Attention));
}

/** A layer without a feed-forward has none of its norms either. */
function withFfn(
  ffn: Layer['ffn'],
  norms: Pick<Layer, 'ffnNorm' | 'postFfnNorm'>,
): Pick<Layer, 'ffn' | 'ffnNorm' | 'postFfnNorm'> {
  return ffn === null ? { ffn, ffnNorm: null, postFfnNorm: null } : { ffn, ...norms };
}

/** Epsilon of a model's norms of this kind. */
export function epsilon(keys: Keys, kind: Norm['kind']): number {
  return keys.positive(EPSILON_KEYS[kind]);
}

function readHead(keys: Keys, norm: Norm, options: DecoderOptions): LanguageHead {
  return {
    norm,
    tensor: keys.hasTensor('output.weight') ? 'output' : TOKEN_TENSOR,
    bias: keys.hasTensor('output.bias'),
    scale: options.logitScale ?? 1,
    softcap: options.logitSoftcap ?? null,
    ...(options.suppressed?.length && { suppressed: options.suppressed }),
  };
}
