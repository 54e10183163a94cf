import { assertNever } from '../util/assert.ts';
import { ropeOf } from './mixers.ts';
import { normWeight } from './norms.ts';
import type {
  AltUp,
  AltUpLayer,
  Attention,
  DeltaNet,
  DenseFfn,
  ExpertFfn,
  ExpertsBeside,
  Features,
  LatentAttention,
  Layer,
  Mamba,
  Mamba2,
  Mixer,
  ModelSpec,
  Norm,
  QkNorm,
  RopeFactors,
} from './spec.ts';

/** Tensor that a model must have. */
export interface TensorSpec {
  readonly name: string;
  /** Dimensions in GGUF's order: the length of a row first. */
  readonly shape: readonly number[];
  /** A `matrix` is used for products or look-ups and may be quantized; a `vector` is plain numbers. */
  readonly role: 'matrix' | 'vector';
}

/** Lists every tensor of a model once. Loading, tests and models of random weights share this list. */
export function tensorsOf(spec: ModelSpec): readonly TensorSpec[] {
  const { nVocab, nEmbd, embedding, head } = spec;
  return [
    matrix(embedding.tensor, nEmbd, nVocab),
    ...jointTensors(spec),
    ...present(embedding.nPositions !== null && matrix('position_embd', nEmbd, embedding.nPositions)),
    ...perLayerTensors(spec),
    ...altUpTensors(spec),
    ...ropeTensors(spec.layers),
    ...spec.layers.flatMap(layer => layerTensors(layer, spec)),
    ...normTensors(head.norm, nEmbd),
    ...present(
      head.tensor !== embedding.tensor && matrix(head.tensor, nEmbd, head.subset?.size ?? nVocab),
      head.subset && numbers(head.subset.tensor, head.subset.size),
      head.bias && bias('output', nVocab),
    ),
  ];
}

function jointTensors({ nEmbd, embedding: { joint } }: ModelSpec): readonly TensorSpec[] {
  if (!joint) return [];
  const norms = [...normTensors(joint.tokenNorm, nEmbd), ...normTensors(joint.stateNorm, nEmbd)];
  switch (joint.kind) {
    case 'projected':
      return [matrix(joint.tensor, 2 * nEmbd, nEmbd), ...norms];
    case 'paired':
      return [...featureTensors(joint.features, nEmbd), ...norms];
    default:
      return assertNever(joint);
  }
}

/** Tensors that a target needs to make states of its features. */
function featureTensors({ tensor, layers, width, norm }: Features, nEmbd: number): readonly TensorSpec[] {
  const nAll = layers.length * width;
  return [matrix(tensor, nAll, nEmbd), ...normTensors(norm, nAll)];
}

function perLayerTensors({ nVocab, nEmbd, embedding, layers }: ModelSpec): readonly TensorSpec[] {
  const { perLayer } = embedding;
  if (!perLayer) return [];
  const nAll = perLayer.width * layers.length;
  return [
    matrix('per_layer_token_embd', nAll, nVocab),
    matrix('per_layer_model_proj', nEmbd, nAll),
    ...normTensors(perLayer.norm, perLayer.width),
  ];
}

function altUpTensors({ nEmbd, altUp }: ModelSpec): readonly TensorSpec[] {
  if (!altUp) return [];
  const nOthers = altUp.nStreams - 1;
  return [matrix('altup_proj', nEmbd, nEmbd, nOthers), matrix('altup_unembd_proj', nEmbd, nEmbd, nOthers)];
}

function layerTensors(
  {
    prefix,
    mixer,
    beside,
    ffn,
    expertsBeside,
    altUp: streams,
    laurel,
    perLayerNorm,
    outputScale,
    ...norms
  }: Layer,
  { nEmbd, embedding, altUp }: ModelSpec,
): readonly TensorSpec[] {
  const { perLayer, joint } = embedding;
  return [
    ...normTensors(norms.attnNorm, nEmbd),
    ...(joint?.kind === 'paired' && mixer.kind === 'attention'
      ? attentionTensors(prefix, mixer, nEmbd, 2 * nEmbd)
      : mixerTensors(prefix, mixer, nEmbd)),
    ...(beside ? mixerTensors(prefix, beside, nEmbd) : []),
    ...normTensors(norms.postAttnNorm, nEmbd),
    ...normTensors(norms.ffnNorm, nEmbd),
    ...(ffn === null ? [] : ffnTensors(prefix, ffn, nEmbd)),
    ...(expertsBeside ? besideTensors(prefix, expertsBeside, nEmbd) : []),
    ...normTensors(norms.postFfnNorm, nEmbd),
    ...present(
      perLayer && perLayerNorm && matrix(`${prefix}inp_gate`, nEmbd, perLayer.width),
      perLayer && perLayerNorm && matrix(`${prefix}proj`, perLayer.width, nEmbd),
    ),
    ...normTensors(perLayerNorm ?? null, nEmbd),
    ...(altUp && streams ? streamTensors(prefix, streams, altUp, nEmbd) : []),
    ...present(
      laurel && matrix(`${prefix}laurel_l`, nEmbd, laurel.rank),
      laurel && matrix(`${prefix}laurel_r`, laurel.rank, nEmbd),
    ),
    ...normTensors(laurel?.norm ?? null, nEmbd),
    ...present(outputScale && vector(`${prefix}layer_output_scale`, 1)),
  ];
}

function streamTensors(
  prefix: string,
  { norm }: AltUpLayer,
  { nStreams }: AltUp,
  nEmbd: number,
): readonly TensorSpec[] {
  return [
    ...normTensors(norm, nEmbd),
    matrix(`${prefix}altup_router`, nEmbd, nStreams),
    matrix(`${prefix}altup_predict_coef`, nStreams, nStreams ** 2),
    matrix(`${prefix}altup_correct_coef`, nStreams, nStreams),
    vector(`${prefix}altup_correct_scale`, nEmbd),
  ];
}

function mixerTensors(prefix: string, mixer: Mixer, nEmbd: number): readonly TensorSpec[] {
  switch (mixer.kind) {
    case 'attention':
      return attentionTensors(prefix, mixer, nEmbd);
    case 'latent':
      return latentTensors(prefix, mixer, nEmbd);
    case 'shortConv':
      return [
        matrix(`${prefix}shortconv.in_proj`, nEmbd, 3 * nEmbd),
        vector(`${prefix}shortconv.conv`, mixer.nTaps, nEmbd),
        matrix(`${prefix}shortconv.out_proj`, nEmbd, nEmbd),
      ];
    case 'deltaNet':
      return deltaNetTensors(prefix, mixer, nEmbd);
    case 'mamba':
      return mambaTensors(prefix, mixer, nEmbd);
    case 'mamba2':
      return mamba2Tensors(prefix, mixer, nEmbd);
    default:
      return assertNever(mixer);
  }
}

function deltaNetTensors(prefix: string, net: DeltaNet, nEmbd: number): readonly TensorSpec[] {
  const { nKeyHead, nValueHead, keyDim, valueDim, nTaps } = net;
  const nOut = nValueHead * valueDim;
  const nConv = 2 * nKeyHead * keyDim + nOut;
  const rates: Readonly<Record<string, number>> =
    net.rates === 'apart' ? { ssm_beta: nValueHead, ssm_alpha: nValueHead } : { ssm_ba: 2 * nValueHead };
  return [
    matrix(`${prefix}attn_qkv`, nEmbd, nConv),
    matrix(`${prefix}attn_gate`, nEmbd, nOut),
    ...Object.entries(rates).map(([name, rows]) => matrix(prefix + name, nEmbd, rows)),
    vector(`${prefix}ssm_conv1d`, nTaps, nConv),
    bias(`${prefix}ssm_dt`, nValueHead),
    numbers(`${prefix}ssm_a`, nValueHead),
    vector(`${prefix}ssm_norm`, valueDim),
    matrix(`${prefix}ssm_out`, nOut, nEmbd),
  ];
}

function mambaTensors(prefix: string, mamba: Mamba, nEmbd: number): readonly TensorSpec[] {
  const { nInner, nState, nRank, nTaps } = mamba;
  return [
    matrix(`${prefix}ssm_in`, nEmbd, 2 * nInner),
    vector(`${prefix}ssm_conv1d`, nTaps, nInner),
    bias(`${prefix}ssm_conv1d`, nInner),
    matrix(`${prefix}ssm_x`, nInner, nRank + 2 * nState),
    matrix(`${prefix}ssm_dt`, nRank, nInner),
    bias(`${prefix}ssm_dt`, nInner),
    numbers(`${prefix}ssm_a`, nState, nInner),
    numbers(`${prefix}ssm_d`, nInner),
    matrix(`${prefix}ssm_out`, nInner, nEmbd),
  ];
}

function mamba2Tensors(prefix: string, mamba: Mamba2, nEmbd: number): readonly TensorSpec[] {
  const { nHead, headDim, nGroup, nState, nTaps } = mamba;
  const nInner = nHead * headDim;
  const nConv = nInner + 2 * nGroup * nState;
  return [
    matrix(`${prefix}ssm_in`, nEmbd, nInner + nConv + nHead),
    vector(`${prefix}ssm_conv1d`, nTaps, nConv),
    bias(`${prefix}ssm_conv1d`, nConv),
    bias(`${prefix}ssm_dt`, nHead),
    numbers(`${prefix}ssm_a`, 1, nHead),
    numbers(`${prefix}ssm_d`, 1, nHead),
    ...present(
      mamba.eps !== null && vector(`${prefix}ssm_norm`, nInner / nGroup, ...(nGroup > 1 ? [nGroup] : [])),
    ),
    matrix(`${prefix}ssm_out`, nInner, nEmbd),
  ];
}

function attentionTensors(
  prefix: string,
  attention: Attention,
  nEmbd: number,
  nInput = nEmbd,
): readonly TensorSpec[] {
  const { nHead, nKvHead, headDim, valueDim, fusedQkv, qkvBias, qkNorm, gated } = attention;
  const ownsCache = attention.cacheOf === undefined;
  const rows: readonly (readonly [string, number])[] = [
    ['attn_q', nHead * (headDim + (gated ? valueDim : 0))],
    ...(ownsCache ? [['attn_k', nKvHead * headDim] as const] : []),
    ...(ownsCache && !attention.valuesOfKeys ? [['attn_v', nKvHead * valueDim] as const] : []),
  ];
  const nAll = rows.reduce((sum, [, n]) => sum + n, 0);
  const matrices = fusedQkv ? [['attn_qkv', nAll] as const] : rows;
  return [
    ...matrices.flatMap(([name, n]) =>
      present(matrix(prefix + name, nInput, n), qkvBias && bias(prefix + name, n)),
    ),
    ...present(
      ...(ownsCache ? (['q', 'k'] as const) : (['q'] as const)).map(of => {
        const shape = qkNorm && qkNormShape(qkNorm, headDim, of === 'q' ? nHead : nKvHead);
        return shape !== null && vector(`${prefix}attn_${of}_norm`, ...shape);
      }),
      attention.sinks && vector(`${prefix}attn_sinks`, nHead),
      matrix(`${prefix}attn_output`, nHead * valueDim, nEmbd),
      attention.outputBias && bias(`${prefix}attn_output`, nEmbd),
    ),
  ];
}

/** Shape of the weights that normalise `heads` heads; null if there are none. */
function qkNormShape({ weights }: QkNorm, headDim: number, heads: number): readonly number[] | null {
  switch (weights) {
    case 'head':
      return [headDim];
    case 'heads':
      return [headDim, heads];
    case 'row':
      return [headDim * heads];
    case 'unit':
      return null;
    default:
      return assertNever(weights);
  }
}

function latentTensors(prefix: string, attention: LatentAttention, nEmbd: number): readonly TensorSpec[] {
  const { nHead, nNope, nRope, nLatent, valueDim, qRank } = attention;
  const nQuery = nHead * (nNope + nRope);
  const queries =
    qRank === null
      ? [matrix(`${prefix}attn_q`, nEmbd, nQuery)]
      : [
          matrix(`${prefix}attn_q_a`, nEmbd, qRank),
          vector(`${prefix}attn_q_a_norm`, qRank),
          matrix(`${prefix}attn_q_b`, qRank, nQuery),
        ];
  return [
    ...queries,
    matrix(`${prefix}attn_kv_a_mqa`, nEmbd, nLatent + nRope),
    vector(`${prefix}attn_kv_a_norm`, nLatent),
    matrix(`${prefix}attn_k_b`, nNope, nLatent, nHead),
    matrix(`${prefix}attn_v_b`, nLatent, valueDim, nHead),
    matrix(`${prefix}attn_output`, nHead * valueDim, nEmbd),
  ];
}

function ffnTensors(prefix: string, ffn: DenseFfn | ExpertFfn, nEmbd: number): readonly TensorSpec[] {
  return ffn.kind === 'dense' ? denseTensors(prefix, ffn, nEmbd) : expertTensors(prefix, ffn, nEmbd);
}

function denseTensors(prefix: string, ffn: DenseFfn, nEmbd: number): readonly TensorSpec[] {
  const { nFf, gate, upBias, downBias } = ffn;
  const nUp = gate === 'fused' ? 2 * nFf : nFf;
  return present(
    gate === 'separate' && matrix(`${prefix}ffn_gate`, nEmbd, nFf),
    gate === 'separate' && upBias && bias(`${prefix}ffn_gate`, nFf),
    matrix(`${prefix}ffn_up`, nEmbd, nUp),
    upBias && bias(`${prefix}ffn_up`, nUp),
    matrix(`${prefix}ffn_down`, nFf, nEmbd),
    downBias && bias(`${prefix}ffn_down`, nEmbd),
  );
}

function expertTensors(prefix: string, ffn: ExpertFfn, nEmbd: number): readonly TensorSpec[] {
  const { nExperts, nFf, fusedGateUp, shared } = ffn;
  const rows: Readonly<Record<string, number>> = fusedGateUp
    ? { ffn_gate_up_exps: 2 * nFf }
    : { ffn_gate_exps: nFf, ffn_up_exps: nFf };
  return [
    ...present(
      matrix(`${prefix}ffn_gate_inp`, nEmbd, nExperts),
      ffn.routerBias && bias(`${prefix}ffn_gate_inp`, nExperts),
      ffn.selectionBias && bias(`${prefix}exp_probs_b`, nExperts),
    ),
    ...Object.entries(rows).flatMap(([name, n]) =>
      present(matrix(prefix + name, nEmbd, n, nExperts), ffn.bias && bias(prefix + name, n, nExperts)),
    ),
    ...present(
      matrix(`${prefix}ffn_down_exps`, nFf, nEmbd, nExperts),
      ffn.bias && bias(`${prefix}ffn_down_exps`, nEmbd, nExperts),
      ffn.downScale && numbers(`${prefix}ffn_down_exps.scale`, nExperts),
      shared && matrix(`${prefix}ffn_gate_shexp`, nEmbd, shared.nFf),
      shared && matrix(`${prefix}ffn_up_shexp`, nEmbd, shared.nFf),
      shared && matrix(`${prefix}ffn_down_shexp`, shared.nFf, nEmbd),
      shared?.gated && vector(`${prefix}ffn_gate_inp_shexp`, nEmbd),
    ),
  ];
}

function besideTensors(
  prefix: string,
  { ffn, denseNorm, inputNorm, outputNorm }: ExpertsBeside,
  nEmbd: number,
): readonly TensorSpec[] {
  return [
    ...[denseNorm, inputNorm, outputNorm].flatMap(norm => normTensors(norm, nEmbd)),
    numbers(`${prefix}ffn_gate_inp.scale`, nEmbd),
    ...expertTensors(prefix, ffn, nEmbd),
  ];
}

/** Factors of all layers, which share their tensors. */
function ropeTensors(layers: readonly Layer[]): readonly TensorSpec[] {
  const byName = new Map<string, TensorSpec>();
  for (const { mixer } of layers) {
    const rope = ropeOf(mixer);
    if (!rope?.factors) continue;
    for (const name of factorNames(rope.factors)) byName.set(name, vector(name, rope.nRot / 2));
  }
  return [...byName.values()];
}

function factorNames(factors: RopeFactors): readonly string[] {
  return factors.kind === 'always' ? [factors.tensor] : [factors.short, factors.long];
}

function normTensors(norm: Norm | null, nEmbd: number): readonly TensorSpec[] {
  return present(norm && numbers(normWeight(norm), nEmbd), norm?.bias && bias(norm.tensor, nEmbd));
}

function matrix(name: string, ...shape: number[]): TensorSpec {
  return { name: `${name}.weight`, shape, role: 'matrix' };
}

function vector(name: string, ...shape: number[]): TensorSpec {
  return { name: `${name}.weight`, shape, role: 'vector' };
}

/** Plain numbers under a name without a suffix. */
function numbers(name: string, ...shape: number[]): TensorSpec {
  return { name, shape, role: 'vector' };
}

function bias(name: string, ...shape: number[]): TensorSpec {
  return { name: `${name}.bias`, shape, role: 'vector' };
}

/** Filters the tensors that a model has. */
function present(...tensors: (TensorSpec | false | null | undefined)[]): readonly TensorSpec[] {
  return tensors.filter(tensor => tensor !== false && tensor !== null && tensor !== undefined);
}
