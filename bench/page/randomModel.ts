import type { TensorSpec } from '../../src/architectures/index.ts';
import { ggufParts, type TypedValue } from '../../src/gguf/index.ts';
import type { WeightType } from '../../src/quant/types.ts';
import { randomModel } from '../../src/reference/randomModel.ts';
import { TOKEN_TYPE } from '../../src/tokenizer/index.ts';

export interface RandomShape {
  readonly nVocab: number;
  readonly nEmbd: number;
  readonly nLayers: number;
  readonly nHead: number;
  readonly nFf: number;
  readonly nCtx: number;
  /** `llama` by default. */
  readonly architecture?: 'llama' | 'qwen3';
  /** Number of heads by default. */
  readonly nKvHead?: number;
  /** nEmbd / nHead by default. */
  readonly headDim?: number;
  readonly ropeBase?: number;
  /** Type of all matrices, or the mix of a Q4_K_M file; Q4_0 by default. */
  readonly types?: WeightType | 'Q4_K_M';
}

/** Shapes to measure. */
export const RANDOM_SHAPES = {
  /** 17.9 M parameters, all of which every token multiplies: the matrices are large enough to matter beside dispatches. */
  '18M': { nVocab: 32000, nEmbd: 320, nLayers: 6, nHead: 5, nFf: 896, nCtx: 1024 },
  'SmolLM2-360M': {
    nVocab: 49152,
    nEmbd: 960,
    nLayers: 32,
    nHead: 15,
    nKvHead: 5,
    nFf: 2560,
    nCtx: 8192,
    ropeBase: 100000,
    types: 'Q8_0',
  },
  'Qwen3-0.6B': {
    architecture: 'qwen3',
    nVocab: 151936,
    nEmbd: 1024,
    nLayers: 28,
    nHead: 16,
    nKvHead: 8,
    headDim: 128,
    nFf: 3072,
    nCtx: 40960,
    ropeBase: 1000000,
    types: 'Q4_K_M',
  },
} as const satisfies Readonly<Record<string, RandomShape>>;

/**
 * Generates the parts of a model file of random weights, the same bytes for the same shape. Its output is tied to the embedding.
 */
export async function randomFile(shape: RandomShape): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const { nVocab, nEmbd, nLayers, types = 'Q4_0' } = shape;
  const model = await randomModel({
    metadata: { ...metadataOf(shape), ...vocabulary(nVocab) },
    shapes: { 'token_embd.weight': [nEmbd, nVocab] },
    typeOf: matrix => (types === 'Q4_K_M' ? typeInQ4KM(matrix, nLayers) : types),
  });
  return ggufParts(model);
}

/**
 * Type of a matrix in a Q4_K_M file: more bits for the output and, in the layers that matter most, for products that are added to
 * the residual stream; other types if a row is not whole super-blocks. Source: llama-quant.cpp of llama.cpp v0.5.0.
 */
function typeInQ4KM({ name, shape: [k] }: TensorSpec, nLayers: number): WeightType {
  const [, layer, tensor] = /^blk\.(\d+)\.(\w+)/.exec(name) ?? [];
  const eighth = Math.floor(nLayers / 8);
  const index = Number(layer);
  const tells = index < eighth || index >= Math.floor((7 * nLayers) / 8) || (index - eighth) % 3 === 2;
  const isLarge = layer === undefined || ((tensor === 'attn_v' || tensor === 'ffn_down') && tells);
  if (k % 256 !== 0) return isLarge ? 'Q8_0' : 'Q5_0';
  return isLarge ? 'Q6_K' : 'Q4_K';
}

function metadataOf(shape: RandomShape): Record<string, TypedValue> {
  const { architecture = 'llama', nEmbd, nHead, nKvHead = nHead, headDim = nEmbd / nHead } = shape;
  const uint32 = (value: number): TypedValue => ({ type: 'uint32', value });
  const own: Record<string, TypedValue> = {
    vocab_size: uint32(shape.nVocab),
    context_length: uint32(shape.nCtx),
    embedding_length: uint32(nEmbd),
    block_count: uint32(shape.nLayers),
    feed_forward_length: uint32(shape.nFf),
    'attention.head_count': uint32(nHead),
    'attention.head_count_kv': uint32(nKvHead),
    'attention.key_length': uint32(headDim),
    'attention.value_length': uint32(headDim),
    'attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
    'rope.dimension_count': uint32(headDim),
    'rope.freq_base': { type: 'float32', value: shape.ropeBase ?? 10000 },
  };
  return {
    'general.architecture': { type: 'string', value: architecture },
    'general.name': { type: 'string', value: 'random' },
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
  };
}

/** Bytes and printable characters come first, so that every text has tokens; the rest are words that no text contains. */
export function vocabulary(nVocab: number): Record<string, TypedValue> {
  const special = ['<unk>', '<s>', '</s>'];
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const characters = ['▁', ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))];
  const nNamed = special.length + bytes.length + characters.length;
  const words = Array.from({ length: nVocab - nNamed }, (_, i) => `▁word${i}`);
  const types = [
    TOKEN_TYPE.unknown,
    TOKEN_TYPE.control,
    TOKEN_TYPE.control,
    ...bytes.map(() => TOKEN_TYPE.byte),
  ];
  const tokens = [...special, ...bytes, ...characters, ...words];
  const key = (name: string) => `tokenizer.ggml.${name}`;
  return {
    [key('model')]: { type: 'string', value: 'llama' },
    [key('tokens')]: { type: 'array', of: 'string', value: tokens },
    [key('scores')]: { type: 'array', of: 'float32', value: tokens.map((_, id) => -id) },
    [key('token_type')]: {
      type: 'array',
      of: 'int32',
      value: tokens.map((_, id) => types[id] ?? TOKEN_TYPE.normal),
    },
    [key('bos_token_id')]: { type: 'uint32', value: 1 },
    [key('eos_token_id')]: { type: 'uint32', value: 2 },
    [key('unknown_token_id')]: { type: 'uint32', value: 0 },
  };
}
