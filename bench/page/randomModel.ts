import { type TensorToWrite, type TypedValue, writeGguf } from '../../src/gguf/write.ts';
import { quantize } from '../../src/quant/quantize.ts';
import { randomValues } from '../../src/quant/randomValues.ts';
import { TOKEN_TYPE } from '../../src/tokenizer/index.ts';

export interface RandomModelShape {
  readonly nVocab: number;
  readonly nEmbd: number;
  readonly nLayers: number;
  readonly nHead: number;
  readonly nFf: number;
  readonly nCtx: number;
}

/** 17.9 M parameters, of which every token multiplies all: the matrices are large enough to matter beside dispatches. */
export const RANDOM_18M: RandomModelShape = {
  nVocab: 32000,
  nEmbd: 320,
  nLayers: 6,
  nHead: 5,
  nFf: 896,
  nCtx: 1024,
};

/**
 * A dense `llama` file of random weights, the same bytes for the same shape: Q4_0, norms F32, output tied to the
 * embedding. What it says has no sense, but costs what a trained model of its shape costs.
 */
export function randomModel(shape: RandomModelShape): Uint8Array<ArrayBuffer> {
  const { nVocab, nEmbd, nLayers, nFf } = shape;
  let seed = 0;
  const matrix = (name: string, k: number, n: number): TensorToWrite => {
    // Rows of length about 1, so that activations neither vanish nor overflow, however many layers.
    const values = randomValues(k * n, ++seed, Math.sqrt(3 / k));
    return { name: `${name}.weight`, type: 'Q4_0', shape: [k, n], data: quantize('Q4_0', values) };
  };
  const norm = (name: string): TensorToWrite => {
    const data = quantize('F32', new Float32Array(nEmbd).fill(1));
    return { name: `${name}.weight`, type: 'F32', shape: [nEmbd], data };
  };
  const layers = Array.from({ length: nLayers }, (_, layer) => [
    norm(`blk.${layer}.attn_norm`),
    matrix(`blk.${layer}.attn_q`, nEmbd, nEmbd),
    matrix(`blk.${layer}.attn_k`, nEmbd, nEmbd),
    matrix(`blk.${layer}.attn_v`, nEmbd, nEmbd),
    matrix(`blk.${layer}.attn_output`, nEmbd, nEmbd),
    norm(`blk.${layer}.ffn_norm`),
    matrix(`blk.${layer}.ffn_gate`, nEmbd, nFf),
    matrix(`blk.${layer}.ffn_up`, nEmbd, nFf),
    matrix(`blk.${layer}.ffn_down`, nFf, nEmbd),
  ]);
  const tensors = [matrix('token_embd', nEmbd, nVocab), ...layers.flat(), norm('output_norm')];
  return writeGguf({ metadata: { ...architecture(shape), ...vocabulary(nVocab) }, tensors });
}

function architecture(shape: RandomModelShape): Record<string, TypedValue> {
  const uint32 = (value: number): TypedValue => ({ type: 'uint32', value });
  return {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: 'random' },
    'general.file_type': uint32(2),
    'llama.vocab_size': uint32(shape.nVocab),
    'llama.context_length': uint32(shape.nCtx),
    'llama.embedding_length': uint32(shape.nEmbd),
    'llama.block_count': uint32(shape.nLayers),
    'llama.feed_forward_length': uint32(shape.nFf),
    'llama.attention.head_count': uint32(shape.nHead),
    'llama.attention.head_count_kv': uint32(shape.nHead),
    'llama.rope.dimension_count': uint32(shape.nEmbd / shape.nHead),
    'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
  };
}

/** Bytes and printable characters first, so that every text has tokens; the rest are words that no text contains. */
function vocabulary(nVocab: number): Record<string, TypedValue> {
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
