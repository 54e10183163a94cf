import type {
  Attention,
  DenseFfn,
  ExpertFfn,
  LatentAttention,
  Layer,
  ModelSpec,
  Norm,
  Rope,
} from '../architectures/index.ts';

/** Llama of one layer, in which all dimensions are distinct. Tests override the parts under test. */
export function tinySpec(layer: Partial<Layer> = {}, model: Partial<ModelSpec> = {}): ModelSpec {
  return {
    architecture: 'llama',
    name: 'tiny',
    nVocab: 11,
    nEmbd: 12,
    nCtxTrain: 64,
    embedding: { tensor: 'token_embd', scale: 1, nPositions: null },
    layers: [
      {
        prefix: 'blk.0.',
        attnNorm: tinyNorm('blk.0.attn_norm'),
        mixer: TINY_ATTENTION,
        postAttnNorm: null,
        ffnNorm: tinyNorm('blk.0.ffn_norm'),
        ffn: TINY_FFN,
        postFfnNorm: null,
        parallel: false,
        residualScale: 1,
        ...layer,
      },
    ],
    head: { norm: tinyNorm('output_norm'), tensor: 'token_embd', bias: false, scale: 1, softcap: null },
    ...model,
  };
}

export function tinyNorm(tensor: string, kind: Norm['kind'] = 'rms'): Norm {
  return { tensor, kind, bias: kind === 'layer', eps: 1e-5 };
}

export const TINY_ROPE: Rope = {
  pairs: 'halves',
  nRot: 4,
  base: 10000,
  frequencyScale: 1,
  yarn: null,
  magnitude: 1,
  factors: null,
};

export const TINY_ATTENTION: Attention = {
  kind: 'attention',
  nHead: 4,
  nKvHead: 2,
  headDim: 6,
  valueDim: 8,
  fusedQkv: false,
  qkvBias: false,
  qkNorm: null,
  rope: TINY_ROPE,
  temperature: null,
  window: null,
  scale: 1 / Math.sqrt(6),
  softcap: null,
  gated: false,
  sinks: false,
  outputBias: false,
};

export const TINY_LATENT: LatentAttention = {
  kind: 'latent',
  nHead: 3,
  nNope: 6,
  nRope: 4,
  nLatent: 8,
  valueDim: 5,
  qRank: 7,
  eps: 1e-5,
  rope: { ...TINY_ROPE, pairs: 'neighbours' },
  scale: 0.3,
};

export const TINY_FFN: DenseFfn = {
  kind: 'dense',
  nFf: 10,
  gate: 'separate',
  activation: 'silu',
  upBias: false,
  downBias: false,
};

export const TINY_EXPERTS: ExpertFfn = {
  kind: 'experts',
  nExperts: 8,
  nUsed: 2,
  nFf: 10,
  activation: 'silu',
  fusedGateUp: false,
  gating: 'softmax',
  normalise: false,
  weightScale: 1,
  selectionBias: false,
  groups: null,
  routerBias: false,
  bias: false,
  weighsInput: false,
  shared: null,
};
