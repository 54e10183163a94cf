import { expect, it } from 'vitest';
import { openSource } from '../gguf/index.ts';
import type { GgufTensor, GgufValue } from '../gguf/types.ts';
import { GPU_TUNING } from '../gpu/tuning.ts';
import { byteLength, type WeightType } from '../quant/types.ts';
import { streamBytes } from './cache/streams.ts';
import { allBlocks, streamsOf } from './modelBlocks.ts';
import { checkModel } from './modelFile.ts';
import { planRunState } from './runState.ts';
import { plannedBuffers } from './weights/load.ts';

/** Llama 3.2 1B as llama.cpp quantizes it to Q4_0. */
const SHAPE = { nVocab: 128_256, nEmbd: 2048, nLayers: 16, kvWidth: 512, nFf: 8192 };
const METADATA: [string, GgufValue][] = [
  ['general.architecture', 'llama'],
  ['llama.context_length', 131_072],
  ['llama.embedding_length', SHAPE.nEmbd],
  ['llama.block_count', SHAPE.nLayers],
  ['llama.feed_forward_length', SHAPE.nFf],
  ['llama.attention.head_count', 32],
  ['llama.attention.head_count_kv', 8],
  ['llama.attention.layer_norm_rms_epsilon', 1e-5],
  ['llama.rope.freq_base', 500_000],
];

function tensors(): GgufTensor[] {
  const { nVocab, nEmbd, nLayers, kvWidth, nFf } = SHAPE;
  let offset = 0;
  const tensor = (name: string, type: WeightType, ...shape: number[]): GgufTensor => {
    const nElements = shape.reduce((product, length) => product * length, 1);
    const sizeBytes = byteLength(type, nElements);
    offset += sizeBytes;
    return { name, type, shape, nElements, offset: offset - sizeBytes, sizeBytes };
  };
  const layers = Array.from({ length: nLayers }, (_, layer) => {
    const named = (name: string) => `blk.${layer}.${name}.weight`;
    return [
      tensor(named('attn_norm'), 'F32', nEmbd),
      tensor(named('attn_q'), 'Q4_0', nEmbd, nEmbd),
      tensor(named('attn_k'), 'Q4_0', nEmbd, kvWidth),
      tensor(named('attn_v'), 'Q4_0', nEmbd, kvWidth),
      tensor(named('attn_output'), 'Q4_0', nEmbd, nEmbd),
      tensor(named('ffn_norm'), 'F32', nEmbd),
      tensor(named('ffn_gate'), 'Q4_0', nEmbd, nFf),
      tensor(named('ffn_up'), 'Q4_0', nEmbd, nFf),
      tensor(named('ffn_down'), 'Q4_0', nFf, nEmbd),
    ];
  });
  return [
    tensor('token_embd.weight', 'Q6_K', nEmbd, nVocab),
    ...layers.flat(),
    tensor('output_norm.weight', 'F32', nEmbd),
  ];
}

it('a model of 1B parameters takes at most 1.05 times its file and its KV cache', async () => {
  const ofFile = tensors();
  const { spec, blocks } = checkModel({
    source: await openSource(new Uint8Array()),
    version: 3,
    metadata: new Map(METADATA),
    tensors: new Map(ofFile.map(tensor => [tensor.name, tensor])),
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  // Defaults: one slot, batches of 64 rows and drafts of 16 tokens.
  const cache = { nSlots: 1, nCtx: 4096, nCtxShared: null };
  const kvBytes = sum(streamsOf(blocks).map(stream => streamBytes(stream, 'f16', cache)));
  const options = { ...cache, maxRows: 64, maxOutputs: 17, tuning: GPU_TUNING };
  const { nEmbd, nVocab } = spec;
  const model = { nEmbd, nVocab, blocks: allBlocks(blocks), ropes: blocks.ropes };
  const words = sum([...planRunState(model, options).words.values()]);
  const gpuBytes =
    sum(plannedBuffers(allBlocks(blocks), new Set()).map(({ bytes }) => bytes)) + kvBytes + 4 * words;
  const fileBytes = sum(ofFile.map(({ sizeBytes }) => sizeBytes));
  expect(gpuBytes / (fileBytes + kvBytes)).toBeLessThan(1.05);
});
