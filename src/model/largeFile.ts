import { readModelSpec, type TensorSpec, tensorsOf } from '../architectures/index.ts';
import { type ByteSource, type GgufFile, ggufParts, type TypedValue } from '../gguf/index.ts';
import { byteLength, type WeightType } from '../quant/types.ts';
import { alignUp } from '../util/math.ts';

/** Real model, as far as the header of its file goes. */
export interface LargeModel {
  readonly architecture: string;
  /** Keys, without their prefix. */
  readonly keys: Readonly<Record<string, number>>;
  readonly nTokens: number;
  /** Tokens with merges, or with a score for each. */
  readonly vocabulary: 'merges' | 'scores';
  /** Tensors from which the description follows: names, and their shapes where it reads them. */
  readonly hints?: Readonly<Record<string, readonly number[]>>;
  readonly typeOf: (tensor: TensorSpec) => WeightType;
  /** Metadata after the vocabulary, beside the usual. */
  readonly more?: Readonly<Record<string, TypedValue>>;
}

/** File of a large model for tests, whose weights are pseudo-random and exist only as they are read. */
export interface LargeFile {
  readonly source: ByteSource;
  /** Bytes of the header. */
  readonly headerBytes: number;
  /** Bytes read so far. */
  bytesRead(): number;
}

/** Types as llama.cpp mixes them for Q4_K_M, roughly. */
export function q4KM({ name, role }: TensorSpec): WeightType {
  if (role === 'vector') return 'F32';
  const isBetter = /^(token_embd|output)\.|attn_v\.|blk\.\d*[05]\.ffn_down/.test(name);
  return isBetter ? 'Q6_K' : 'Q4_K';
}

/** One type for all matrices. */
export function allOf(type: WeightType): LargeModel['typeOf'] {
  return ({ role }) => (role === 'vector' ? 'F32' : type);
}

/** Models with the vocabularies and shapes of widespread ones. */
export const LARGE_MODELS = {
  'llama 3.2 1B': {
    architecture: 'llama',
    keys: {
      context_length: 131_072,
      embedding_length: 2048,
      block_count: 16,
      feed_forward_length: 8192,
      'attention.head_count': 32,
      'attention.head_count_kv': 8,
      'rope.freq_base': 500_000,
      'attention.layer_norm_rms_epsilon': 1e-5,
    },
    nTokens: 128_256,
    vocabulary: 'merges',
    hints: { 'rope_freqs.weight': [32] },
    typeOf: q4KM,
  },
  'qwen3 4B': {
    architecture: 'qwen3',
    keys: {
      context_length: 40_960,
      embedding_length: 2560,
      block_count: 36,
      feed_forward_length: 9728,
      'attention.head_count': 32,
      'attention.head_count_kv': 8,
      'attention.key_length': 128,
      'attention.value_length': 128,
      'rope.freq_base': 1_000_000,
      'attention.layer_norm_rms_epsilon': 1e-6,
    },
    nTokens: 151_936,
    vocabulary: 'merges',
    typeOf: q4KM,
  },
  'llama 2 7B': {
    architecture: 'llama',
    keys: {
      context_length: 4096,
      embedding_length: 4096,
      block_count: 32,
      feed_forward_length: 11_008,
      'attention.head_count': 32,
      'attention.layer_norm_rms_epsilon': 1e-5,
    },
    nTokens: 32_000,
    vocabulary: 'scores',
    hints: { 'output.weight': [4096, 32_000] },
    typeOf: allOf('Q4_0'),
  },
  'gemma 3 1B': {
    architecture: 'gemma3',
    keys: {
      context_length: 32_768,
      embedding_length: 1152,
      block_count: 26,
      feed_forward_length: 6912,
      'attention.head_count': 4,
      'attention.head_count_kv': 1,
      'attention.key_length': 256,
      'attention.value_length': 256,
      'attention.sliding_window': 512,
      'rope.freq_base': 1_000_000,
      'attention.layer_norm_rms_epsilon': 1e-6,
    },
    nTokens: 262_144,
    vocabulary: 'scores',
    typeOf: allOf('Q8_0'),
  },
  'qwen 2.5 0.5B': {
    architecture: 'qwen2',
    keys: {
      context_length: 32_768,
      embedding_length: 896,
      block_count: 24,
      feed_forward_length: 4864,
      'attention.head_count': 14,
      'attention.head_count_kv': 2,
      'rope.freq_base': 1_000_000,
      'attention.layer_norm_rms_epsilon': 1e-6,
    },
    nTokens: 151_936,
    vocabulary: 'merges',
    hints: { 'blk.0.attn_q.bias': [896] },
    typeOf: allOf('F16'),
  },
  'qwen3 30B-A3B': {
    architecture: 'qwen3moe',
    keys: {
      context_length: 40_960,
      embedding_length: 2048,
      block_count: 48,
      feed_forward_length: 6144,
      expert_feed_forward_length: 768,
      expert_count: 128,
      expert_used_count: 8,
      'attention.head_count': 32,
      'attention.head_count_kv': 4,
      'attention.key_length': 128,
      'attention.value_length': 128,
      'rope.freq_base': 1_000_000,
      'attention.layer_norm_rms_epsilon': 1e-6,
    },
    nTokens: 151_936,
    vocabulary: 'merges',
    hints: { 'output.weight': [2048, 151_936] },
    typeOf: q4KM,
  },
} as const satisfies Readonly<Record<string, LargeModel>>;

/** Makes the file; `order` of the pairs is llama.cpp's: parameters, vocabulary, and the rest. */
export function largeFile(name: string, model: LargeModel): LargeFile {
  const tensors = tensorsOf(readModelSpec(hintFile(model))).map(tensor => ({
    ...tensor,
    type: model.typeOf(tensor),
    sizeBytes: byteLength(
      model.typeOf(tensor),
      tensor.shape.reduce((product, size) => product * size, 1),
    ),
  }));
  // One piece of memory stands for the data of all tensors, of which only the length matters.
  const memory = new Uint8Array(Math.max(...tensors.map(({ sizeBytes }) => sizeBytes)));
  const [head] = ggufParts({
    metadata: pairsOf(name, model),
    tensors: tensors.map(({ name, type, shape, sizeBytes }) => ({
      name,
      type,
      shape,
      data: memory.subarray(0, sizeBytes),
    })),
  });
  const headerBytes = alignUp(head.length, 32);
  const sizeBytes = tensors.reduce((end, tensor) => end + alignUp(tensor.sizeBytes, 32), headerBytes);
  const header = new Uint8Array(headerBytes);
  header.set(head);
  let bytesRead = 0;
  return {
    headerBytes,
    bytesRead: () => bytesRead,
    source: {
      name,
      sizeBytes,
      async read(offset, length) {
        bytesRead += length;
        const bytes = noise(offset, length);
        if (offset < headerBytes) bytes.set(header.subarray(offset, offset + length));
        return bytes;
      },
    },
  };
}

/** File with what a description needs to know of the tensors. */
function hintFile({ architecture, keys, nTokens, hints = {} }: LargeModel): GgufFile {
  const shapes = { 'token_embd.weight': [keys.embedding_length, nTokens], ...hints };
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const tensor = { name, type: 'F32', shape, nElements: 0, offset: 0, sizeBytes: 0 } as const;
    return [name, tensor] as const;
  });
  const prefixed = Object.entries(keys).map(([key, value]) => [`${architecture}.${key}`, value] as const);
  return {
    source: { name: 'hints', sizeBytes: 0, read: () => Promise.reject(new Error('there is no data')) },
    version: 3,
    metadata: new Map<string, string | number>([['general.architecture', architecture], ...prefixed]),
    tensors: new Map(tensors),
  };
}

function pairsOf(name: string, model: LargeModel): Record<string, TypedValue> {
  const { architecture, keys, nTokens, vocabulary } = model;
  const text = (value: string) => ({ type: 'string', value }) as const;
  const tokens = Array.from({ length: nTokens }, (_, i) => tokenText(i));
  const ids = [...tokens.keys()];
  return {
    'general.architecture': text(architecture),
    'general.name': text(name),
    ...Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [
        `${architecture}.${key}`,
        { type: Number.isInteger(value) ? 'uint32' : 'float32', value } as const,
      ]),
    ),
    'tokenizer.ggml.model': text(vocabulary === 'merges' ? 'gpt2' : 'llama'),
    'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: tokens },
    ...(vocabulary === 'scores' && {
      'tokenizer.ggml.scores': { type: 'array', of: 'float32', value: ids.map(id => -id) },
    }),
    'tokenizer.ggml.token_type': {
      type: 'array',
      of: 'int32',
      value: ids.map(id => (id < nTokens - 256 ? 1 : 3)),
    },
    ...(vocabulary === 'merges' && {
      'tokenizer.ggml.merges': { type: 'array', of: 'string', value: tokens.map(mergeText) },
    }),
    'tokenizer.ggml.bos_token_id': { type: 'uint32', value: 1 },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.chat_template': text(
      '{% for message in messages %}{{ message.content }}\n{% endfor %}'.repeat(99),
    ),
    'general.quantization_version': { type: 'uint32', value: 2 },
    'general.file_type': { type: 'uint32', value: 15 },
    ...model.more,
  };
}

/** Token that is longer the later it is, some in scripts of more bytes. */
function tokenText(i: number): string {
  const letters = i.toString(36);
  return i % 7 === 0
    ? `Ġ${[...letters].map(letter => String.fromCodePoint(letter.charCodeAt(0) + 0x4e00)).join('')}`
    : letters;
}

function mergeText(token: string): string {
  return `${token.slice(0, 1)} ${token.slice(1)}`;
}

/** Pseudo-random bytes of a place. */
function noise(offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++)
    bytes[i] = (Math.imul(offset + i, 0x9e3779b1) >>> 13) ^ ((offset + i) >>> 7);
  return bytes;
}
