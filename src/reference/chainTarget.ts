import type { GgufToWrite, TensorToWrite, TypedValue } from '../gguf/index.ts';
import { quantize } from '../quant/quantize.ts';
import { randomModel } from './randomModel.ts';

/** Token that follows each token: `successors[i]` follows token i. */
export type Successors = readonly number[];

export interface ChainTargetOptions {
  /** Token that the model chooses after each token. Their number is the vocabulary's. */
  readonly successors: Successors;
  readonly nCtx: number;
  /** 2 by default. */
  readonly nLayers?: number;
  /** Further metadata, such as a tokenizer's. */
  readonly metadata?: Readonly<Record<string, TypedValue>>;
}

/**
 * Builds a `llama` model whose text is known without running it: token i is followed by `successors[i]`, whatever came before. Its
 * embeddings are orthogonal; its layers are random, but add nothing to the residual stream.
 */
export async function chainTarget(options: ChainTargetOptions): Promise<GgufToWrite> {
  const { successors, nCtx, nLayers = 2, metadata = {} } = options;
  const nVocab = successors.length;
  const nEmbd = widthOf(nVocab);
  const model = await randomModel({
    metadata: { ...chainMetadata(nVocab, nLayers, nCtx), ...metadata },
    shapes: { 'token_embd.weight': [nEmbd, nVocab], 'output.weight': [nEmbd, nVocab] },
    typeOf: () => 'F16',
  });
  const known = [
    embeddings(nVocab),
    outputOf('output', successors),
    norm('output_norm', nEmbd),
    ...Array.from({ length: nLayers }, (_, layer) => [
      matrix(`blk.${layer}.attn_output`, nEmbd, nEmbd, () => 0),
      matrix(`blk.${layer}.ffn_down`, N_FF, nEmbd, () => 0),
    ]).flat(),
  ];
  const byName = new Map(known.map(tensor => [tensor.name, tensor]));
  return { ...model, tensors: model.tensors.map(tensor => byName.get(tensor.name) ?? tensor) };
}

/** Width of the feed-forwards, which add nothing. */
export const N_FF = 32;

const HEAD_DIM = 32;

/** Width of a model of `nVocab` tokens: so many dimensions have as many orthogonal embeddings of ±1. */
export function widthOf(nVocab: number): number {
  return Math.max(HEAD_DIM, 2 ** Math.ceil(Math.log2(nVocab)));
}

/** Hyperparameters of the target, and of a head for it with `nBlocks` one more. */
export function chainMetadata(nVocab: number, nBlocks: number, nCtx: number): Record<string, TypedValue> {
  const nEmbd = widthOf(nVocab);
  const counts = {
    vocab_size: nVocab,
    context_length: nCtx,
    embedding_length: nEmbd,
    block_count: nBlocks,
    feed_forward_length: N_FF,
    'attention.head_count': nEmbd / HEAD_DIM,
    'attention.head_count_kv': nEmbd / HEAD_DIM,
    'rope.dimension_count': HEAD_DIM,
  };
  return {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: 'chain' },
    'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
    'llama.rope.freq_base': { type: 'float32', value: 10000 },
    ...Object.fromEntries(
      Object.entries(counts).map(([key, value]) => [`llama.${key}`, { type: 'uint32', value } as const]),
    ),
  };
}

/** The output matrix that makes `successors[i]` the likeliest token of a hidden state that is token i's embedding. */
export function outputOf(name: string, successors: Successors): TensorToWrite {
  const nEmbd = widthOf(successors.length);
  const predecessors = successors.map(() => [] as number[]);
  successors.forEach((next, token) => {
    predecessors[next].push(token);
  });
  return matrix(name, nEmbd, successors.length, (row, column) =>
    predecessors[row].reduce((sum, token) => sum + sign(token, column), 0),
  );
}

/** Matrix of `nRows` rows of `k` values. */
export function matrix(
  name: string,
  k: number,
  nRows: number,
  valueAt: (row: number, column: number) => number,
): TensorToWrite {
  const values = Float32Array.from({ length: k * nRows }, (_, i) => valueAt(Math.floor(i / k), i % k));
  return { name: `${name}.weight`, type: 'F16', shape: [k, nRows], data: quantize('F16', values) };
}

/** Weights of a norm that change nothing. */
export function norm(name: string, length: number): TensorToWrite {
  const data = quantize('F32', new Float32Array(length).fill(1));
  return { name: `${name}.weight`, type: 'F32', shape: [length], data };
}

function embeddings(nVocab: number): TensorToWrite {
  return matrix('token_embd', widthOf(nVocab), nVocab, sign);
}

/** Value of a Hadamard matrix, whose rows are orthogonal: -1 for an odd number of ones that row and column have in common. */
function sign(row: number, column: number): number {
  let common = row & column;
  let value = 1;
  for (; common !== 0; common &= common - 1) value = -value;
  return value;
}
