import type { Keys } from './keys.ts';
import { type RopeOptions, readRope } from './rope.ts';
import type { Attention, QkNorm, Rope } from './spec.ts';

/** Largest width of a head that the kernels support. */
const MAX_HEAD_DIM = 1024;

/** Decisions of an architecture about attention; the rest follows from keys and tensors. */
export interface AttentionOptions {
  /** Neighbouring pairs by default; null for no rope. */
  readonly rope?: Partial<RopeOptions> | null;
  /** RMS before rope by default. */
  readonly qkNorm?: (Pick<QkNorm, 'weights'> & Partial<QkNorm>) | null;
  readonly softcap?: number | null;
  /** Whether values have an RMS norm without weights. */
  readonly valueNorm?: boolean;
  /** Whether `attn_q` holds a gate beside each query. */
  readonly gated?: boolean;
  /** Overrides for single layers. */
  readonly layer?: (layer: number, attention: Attention) => Partial<Attention>;
}

/** Attention of `layers`, by their index. In a file of other layers as well, those have no heads. */
export function readAttention(
  keys: Keys,
  eps: number,
  options: AttentionOptions,
  layers: readonly number[],
): ReadonlyMap<number, Attention> {
  if (layers.length === 0) return new Map();
  const least = layers.length < keys.nLayers ? 0 : undefined;
  const nHeads = keys.counts('attention.head_count', least);
  const nKvHeads = keys.has('attention.head_count_kv')
    ? keys.counts('attention.head_count_kv', least)
    : nHeads;
  const dims = headDims(keys, nHeads[layers[0]]);
  const rope = options.rope === null ? null : ropeOf(keys, dims.headDim, options.rope);
  const scale = keys.optional('attention.scale') ?? 1 / Math.sqrt(dims.headDim);

  const attentionOf = (layer: number): Attention => {
    const [nHead, nKvHead] = [nHeads[layer], nKvHeads[layer]];
    if (nHead % nKvHead !== 0)
      keys.fail(
        `the ${nHead} attention heads of layer ${layer} cannot share ${nKvHead} KV heads evenly (${keys.key('attention.head_count_kv')})`,
      );
    const has = (name: string) => keys.hasTensor(`blk.${layer}.${name}`);
    const fusedQkv = has('attn_qkv.weight');
    const attention: Attention = {
      kind: 'attention',
      nHead,
      nKvHead,
      ...dims,
      ...(options.valueNorm && { valueEps: eps }),
      fusedQkv,
      qkvBias: has(fusedQkv ? 'attn_qkv.bias' : 'attn_q.bias'),
      qkNorm: options.qkNorm ? { kind: 'rms', eps, afterRope: false, ...options.qkNorm } : null,
      rope,
      temperature: null,
      window: null,
      scale,
      softcap: options.softcap ?? null,
      gated: options.gated ?? false,
      sinks: has('attn_sinks.weight'),
      outputBias: has('attn_output.bias'),
    };
    return { ...attention, ...options.layer?.(layer, attention) };
  };
  const attentions = new Map(layers.map(layer => [layer, attentionOf(layer)]));
  for (const [layer, attention] of attentions) checkSource(keys, attentions, layer, attention);
  return attentions;
}

/** Throws if a layer reads the cache of a layer that has other KV heads. */
function checkSource(
  keys: Keys,
  attentions: ReadonlyMap<number, Attention>,
  layer: number,
  { cacheOf, nKvHead }: Attention,
): void {
  const source = cacheOf === undefined ? undefined : attentions.get(cacheOf);
  if (source && source.nKvHead !== nKvHead)
    keys.fail(
      `layer ${layer} has ${nKvHead} KV heads, but layer ${cacheOf}, whose KV cache it shares, has ${source.nKvHead} (${keys.key('attention.head_count_kv')})`,
    );
}

function ropeOf(keys: Keys, headDim: number, options: Partial<RopeOptions> = {}): Rope {
  const nRot = keys.count('rope.dimension_count', headDim);
  checkRope(keys, nRot, headDim);
  return readRope(keys, { pairs: 'neighbours', nRot, ...options });
}

function headDims(keys: Keys, nHead: number): { headDim: number; valueDim: number } {
  const headDim = keys.count('attention.key_length', keys.nEmbd / nHead);
  const valueDim = keys.count('attention.value_length', keys.nEmbd / nHead);
  for (const dim of [headDim, valueDim]) checkHeadDim(keys, dim);
  return { headDim, valueDim };
}

/** Throws unless the kernels support this width of a head. */
export function checkHeadDim(keys: Keys, dim: number): void {
  if (dim % 4 !== 0 || dim > MAX_HEAD_DIM)
    keys.fail(
      `heads of ${dim} values; multiples of 4 up to ${MAX_HEAD_DIM} are supported`,
      'unsupported_model',
    );
}

/** Throws unless rope rotates whole pairs within a head. */
export function checkRope(keys: Keys, nRot: number, headDim: number): void {
  if (nRot % 2 !== 0 || nRot > headDim)
    keys.fail(
      `${keys.key('rope.dimension_count')} is ${nRot}, not an even number up to the ${headDim} values of a head`,
    );
}
