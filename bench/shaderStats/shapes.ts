import type { GgmlType, GgufFile, GgufTensor, GgufValue } from '../../src/gguf/index.ts';
import { byteLength } from '../../src/quant/types.ts';

/** Shape of a model, as far as it decides the kernels of its layers. */
export interface Shape {
  readonly architecture: 'llama' | 'qwen3' | 'qwen3moe';
  readonly nVocab: number;
  readonly nEmbd: number;
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  /** Width of the feed-forward, or of one expert. */
  readonly nFf: number;
  readonly experts?: { readonly count: number; readonly used: number };
  /** Whether the output matrix is the embedding. */
  readonly tied: boolean;
}

/** Models whose kernels can be asked for by name. */
export const SHAPES = {
  'llama-3.2-1b': {
    architecture: 'llama',
    nVocab: 128256,
    nEmbd: 2048,
    nHead: 32,
    nKvHead: 8,
    headDim: 64,
    nFf: 8192,
    tied: true,
  },
  'qwen3-0.6b': {
    architecture: 'qwen3',
    nVocab: 151936,
    nEmbd: 1024,
    nHead: 16,
    nKvHead: 8,
    headDim: 128,
    nFf: 3072,
    tied: true,
  },
  'llama-3-8b': {
    architecture: 'llama',
    nVocab: 128256,
    nEmbd: 4096,
    nHead: 32,
    nKvHead: 8,
    headDim: 128,
    nFf: 14336,
    tied: false,
  },
  'qwen3-30b-a3b': {
    architecture: 'qwen3moe',
    nVocab: 151936,
    nEmbd: 2048,
    nHead: 32,
    nKvHead: 4,
    headDim: 128,
    nFf: 768,
    experts: { count: 128, used: 8 },
    tied: false,
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;

/** Types of a model's matrices. */
export interface MatrixTypes {
  readonly weight: GgmlType;
  /** Type of the embedding and of the output matrix. */
  readonly head: GgmlType;
}

/** Layers of a header: the first and the last have kernels of their own neighbours, and those between are alike. */
const LAYERS = 2;

/** Writes the header of a model file of this shape, which has no data. */
export function headerOf(name: string, shape: Shape, types: MatrixTypes, nCtx: number): GgufFile {
  const { architecture, nEmbd, nHead, nKvHead, headDim, nFf, experts } = shape;
  const keys: Record<string, GgufValue> = {
    context_length: nCtx,
    embedding_length: nEmbd,
    block_count: LAYERS,
    feed_forward_length: nFf,
    'attention.head_count': nHead,
    'attention.head_count_kv': nKvHead,
    'attention.key_length': headDim,
    'attention.value_length': headDim,
    'attention.layer_norm_rms_epsilon': 1e-5,
    'rope.dimension_count': headDim,
    ...(experts && {
      expert_count: experts.count,
      expert_used_count: experts.used,
      expert_feed_forward_length: nFf,
    }),
  };
  return {
    source: { name, sizeBytes: 0, read: () => Promise.reject(new Error('there is no data')) },
    version: 3,
    metadata: new Map<string, GgufValue>([
      ['general.architecture', architecture],
      ...Object.entries(keys).map(([key, value]): [string, GgufValue] => [`${architecture}.${key}`, value]),
    ]),
    tensors: new Map(tensorsOf(shape, types).map(tensor => [tensor.name, tensor])),
  };
}

function tensorsOf(shape: Shape, { weight, head }: MatrixTypes): GgufTensor[] {
  const { architecture, nVocab, nEmbd, nHead, nKvHead, headDim, nFf, experts, tied } = shape;
  const stack = experts ? [experts.count] : [];
  const ffn = experts ? '_exps' : '';
  const layer = (index: number) => {
    const of = (name: string, type: GgmlType, ...lengths: number[]) =>
      tensor(`blk.${index}.${name}.weight`, type, lengths);
    return [
      of('attn_norm', 'F32', nEmbd),
      of('attn_q', weight, nEmbd, nHead * headDim),
      of('attn_k', weight, nEmbd, nKvHead * headDim),
      of('attn_v', weight, nEmbd, nKvHead * headDim),
      of('attn_output', weight, nHead * headDim, nEmbd),
      ...(architecture === 'llama'
        ? []
        : [of('attn_q_norm', 'F32', headDim), of('attn_k_norm', 'F32', headDim)]),
      of('ffn_norm', 'F32', nEmbd),
      ...(experts ? [of('ffn_gate_inp', 'F32', nEmbd, experts.count)] : []),
      of(`ffn_gate${ffn}`, weight, nEmbd, nFf, ...stack),
      of(`ffn_up${ffn}`, weight, nEmbd, nFf, ...stack),
      of(`ffn_down${ffn}`, weight, nFf, nEmbd, ...stack),
    ];
  };
  return [
    tensor('token_embd.weight', head, [nEmbd, nVocab]),
    ...Array.from({ length: LAYERS }, (_, index) => layer(index)).flat(),
    tensor('output_norm.weight', 'F32', [nEmbd]),
    ...(tied ? [] : [tensor('output.weight', head, [nEmbd, nVocab])]),
  ];
}

function tensor(name: string, type: GgmlType, shape: readonly number[]): GgufTensor {
  const nElements = shape.reduce((product, length) => product * length, 1);
  return { name, type, shape, nElements, offset: 0, sizeBytes: byteLength(type, nElements) };
}
