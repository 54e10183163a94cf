import type { Keys } from './keys.ts';
import type { DenseFfn, ExpertFfn, SharedExpert, Xielu } from './spec.ts';

/** Limit of the router, which keeps the logits of all experts in workgroup storage. */
const MAX_EXPERTS = 1024;

/** Values of `expert_gating_func`; llama.cpp's 4, the root of a softplus, is not supported. */
const GATINGS: Readonly<Record<number, ExpertFfn['gating']>> = {
  1: 'softmax',
  2: 'sigmoid',
  3: 'softmaxOfChosen',
};

/** Decisions of an architecture about its feed-forward; the rest follows from keys and tensors. */
export interface FfnOptions {
  /** SiLU by default. */
  readonly activation?: DenseFfn['activation'] | ((layer: number) => Xielu);
  /** `DenseFfn.sparsity` of the first layers. */
  readonly sparse?: { readonly nLayers: number; readonly sparsity: number };
  /** Whether a gate multiplies `ffn_up`; true by default. */
  readonly gated?: boolean;
  readonly experts?: ExpertOptions;
  /** Whether layers with a router have a dense feed-forward as well, beside their experts. */
  readonly expertsBeside?: boolean;
  /** Whether layers may have no feed-forward. */
  readonly mayLack?: boolean;
}

/** Options of experts; by default a softmax over all experts, normalised over the chosen. */
export interface ExpertOptions {
  readonly gating?: ExpertFfn['gating'];
  readonly normalise?: boolean;
  readonly weightScale?: number;
  readonly activation?: ExpertFfn['activation'];
  readonly weighsInput?: boolean;
  /** Width of an expert in a file without `expert_feed_forward_length`; `feed_forward_length` by default. */
  readonly nFf?: number;
  /** Width of the shared expert in a file without `expert_shared_feed_forward_length`; an expert's by default. */
  readonly nFfShared?: number;
}

/** Router options of the architectures that have them in their metadata. */
export function routerByKeys(keys: Keys, fallback: ExpertFfn['gating']): ExpertOptions {
  const id = keys.count('expert_gating_func', 0);
  const gating = id === 0 ? fallback : GATINGS[id];
  if (gating === undefined) {
    const known = Object.entries(GATINGS).map(([known, name]) => `${known} (${name})`);
    return keys.fail(
      `${keys.key('expert_gating_func')} is ${id}; supported are ${known.join(', ')}`,
      'unsupported_model',
    );
  }
  return {
    gating,
    normalise: keys.bool('expert_weights_norm', false),
    weightScale: keys.optional('expert_weights_scale') ?? 1,
  };
}

/** Feed-forward of each layer: experts if the layer has a router and is not to have them beside it, and none if the architecture may lack it and its width is 0. */
export function readFfn(keys: Keys, options: FfnOptions): readonly (DenseFfn | ExpertFfn | null)[] {
  const nFfs = keys.counts('feed_forward_length', 0);
  return nFfs.map((nFf, layer) => {
    if (hasRouter(keys, layer) && !options.expertsBeside)
      return expertFfn(keys, layer, nFf, options.experts ?? {});
    return nFf === 0 && options.mayLack ? null : denseFfn(keys, layer, nFf, options);
  });
}

/** Experts of a layer that has a router, beside its dense feed-forward; null in other layers. */
export function readExpertsBeside(keys: Keys, layer: number, options: FfnOptions): ExpertFfn | null {
  if (!options.expertsBeside || !hasRouter(keys, layer)) return null;
  return expertFfn(keys, layer, 0, options.experts ?? {});
}

function hasRouter(keys: Keys, layer: number): boolean {
  return keys.hasTensor(`blk.${layer}.ffn_gate_inp.weight`);
}

function denseFfn(keys: Keys, layer: number, nFf: number, options: FfnOptions): DenseFfn {
  if (nFf === 0)
    keys.fail(`${keys.key('feed_forward_length')} of layer ${layer} is 0, but the layer has no experts`);
  const has = (name: string) => keys.hasTensor(`blk.${layer}.${name}`);
  const { activation = 'silu', gated = true } = options;
  const isFused = keys.rows(`blk.${layer}.ffn_up.weight`) === 2 * nFf;
  return {
    kind: 'dense',
    nFf,
    gate: gated ? (isFused ? 'fused' : 'separate') : 'none',
    activation: typeof activation === 'function' ? activation(layer) : activation,
    ...(options.sparse && layer < options.sparse.nLayers && { sparsity: options.sparse.sparsity }),
    upBias: has('ffn_up.bias'),
    downBias: has('ffn_down.bias'),
  };
}

function expertFfn(keys: Keys, layer: number, nFfDense: number, options: ExpertOptions): ExpertFfn {
  const has = (name: string) => keys.hasTensor(`blk.${layer}.${name}`);
  const nExperts = keys.count('expert_count');
  const nUsed = keys.counts('expert_used_count')[layer];
  if (nExperts > MAX_EXPERTS)
    keys.fail(`${nExperts} experts; up to ${MAX_EXPERTS} are supported`, 'unsupported_model');
  if (nUsed > nExperts)
    keys.fail(`${keys.key('expert_used_count')} is ${nUsed}, but there are ${nExperts} experts`);
  const nFf = keys.counts('expert_feed_forward_length', options.nFf ?? nFfDense)[layer];
  if (nFf === 0)
    keys.fail(`neither expert_feed_forward_length nor feed_forward_length says how wide experts are`);
  return {
    kind: 'experts',
    nExperts,
    nUsed,
    nFf,
    activation: options.activation ?? 'silu',
    fusedGateUp: has('ffn_gate_up_exps.weight'),
    gating: options.gating ?? 'softmax',
    normalise: options.normalise ?? true,
    weightScale: options.weightScale ?? 1,
    selectionBias: has('exp_probs_b.bias'),
    groups: readGroups(keys, nExperts, nUsed),
    routerBias: has('ffn_gate_inp.bias'),
    bias: has('ffn_down_exps.bias'),
    ...(has('ffn_down_exps.scale') && { downScale: true as const }),
    weighsInput: options.weighsInput ?? false,
    shared: has('ffn_gate_shexp.weight') ? sharedExpert(keys, layer, options.nFfShared ?? nFf) : null,
  };
}

function readGroups(keys: Keys, nExperts: number, nUsed: number): ExpertFfn['groups'] {
  const count = keys.count('expert_group_count', 0);
  if (count <= 1) return null;
  const used = keys.count('expert_group_used_count');
  if (nExperts % count !== 0 || nExperts / count < 2)
    keys.fail(
      `${keys.key('expert_group_count')} is ${count}, which does not divide ${nExperts} experts into groups of two or more`,
    );
  if (used > count || (used * nExperts) / count < nUsed)
    keys.fail(
      `${keys.key('expert_group_used_count')} is ${used} of ${count} groups, in which ${nUsed} of ${nExperts} experts cannot be chosen`,
    );
  return { count, used };
}

function sharedExpert(keys: Keys, layer: number, nFf: number): SharedExpert {
  return {
    nFf: keys.count('expert_shared_feed_forward_length', nFf) * keys.count('expert_shared_count', 1),
    gated: keys.hasTensor(`blk.${layer}.ffn_gate_inp_shexp.weight`),
  };
}
