import { expect, it } from 'vitest';
import { openSource } from '../gguf/index.ts';
import type { GgufTensor } from '../gguf/types.ts';
import { attentionSplits } from '../gpu/kernels/attention.ts';
import { GPU_TUNING } from '../gpu/tuning.ts';
import { byteLength, type WeightType } from '../quant/types.ts';
import type { ModelConfig } from './config.ts';
import { layerCacheBytes } from './kvCache.ts';
import { planRunState } from './runState.ts';
import { plannedBuffers, planWeights } from './weights.ts';

/** Llama 3.2 1B as llama.cpp quantizes it to Q4_0. */
const CONFIG: ModelConfig = {
  name: '1B',
  nVocab: 128_256,
  nEmbd: 2048,
  nLayers: 16,
  nHead: 32,
  nKvHead: 8,
  headDim: 64,
  nRot: 64,
  nFf: 8192,
  nCtxTrain: 131_072,
  rmsEps: 1e-5,
  ropeFreqBase: 500_000,
  ropeFreqScale: 1,
  experts: null,
};

function tensorsOf({ nVocab, nEmbd, nLayers, nKvHead, headDim, nFf }: ModelConfig): GgufTensor[] {
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
      tensor(named('attn_k'), 'Q4_0', nEmbd, nKvHead * headDim),
      tensor(named('attn_v'), 'Q4_0', nEmbd, nKvHead * headDim),
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

it('keeps a model of 1B parameters in at most 1.05 times its file and its KV cache', async () => {
  const tensors = tensorsOf(CONFIG);
  const source = await openSource(new Uint8Array());
  const gguf = {
    source,
    version: 3 as const,
    metadata: new Map(),
    tensors: new Map(tensors.map(tensor => [tensor.name, tensor])),
  };
  const weights = planWeights(gguf, CONFIG);
  // A slot, batches of 64 rows and drafts of 16 tokens, as by default.
  const cache = { nSlots: 1, nCtx: 4096, nCtxShared: null };
  const kvBytes = 2 * CONFIG.nLayers * layerCacheBytes(CONFIG, 'f16', cache);
  const options = { ...cache, maxRows: 64, maxOutputs: 17, splits: attentionSplits(cache.nCtx, GPU_TUNING) };
  const words = Object.values(planRunState(CONFIG, weights, options).words);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const gpuBytes = sum(plannedBuffers(weights).map(({ bytes }) => bytes)) + kvBytes + 4 * sum(words);
  const fileBytes = sum(tensors.map(({ sizeBytes }) => sizeBytes));
  expect(gpuBytes / (fileBytes + kvBytes)).toBeLessThan(1.05);
});
