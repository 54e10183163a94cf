import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { fakeFile } from './fakeFile.ts';
import { ARCHITECTURE_NAMES, readModelSpec } from './index.ts';

function errorOf(run: () => unknown): ForetokenError {
  try {
    run();
  } catch (error) {
    if (error instanceof ForetokenError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('refusals', () => {
  const EXPERTS = { expert_count: 4, expert_used_count: 2 };
  const ROUTER = { 'blk.0.ffn_gate_inp.weight': [64, 4] };

  it.each<{
    architecture?: string;
    keys?: Readonly<Record<string, GgufValue | undefined>>;
    tensors?: Readonly<Record<string, readonly number[]>>;
    code: string;
    message: RegExp;
  }>([
    {
      keys: { embedding_length: undefined },
      code: 'invalid_gguf',
      message: /"llama.embedding_length" is missing/,
    },
    {
      keys: { block_count: 0 },
      code: 'invalid_gguf',
      message: /block_count is 0, not a whole number from 1/,
    },
    { keys: { block_count: 1e9 }, code: 'unsupported_model', message: /1000000000 blocks; up to 1024/ },
    {
      keys: { nextn_predict_layers: 2 },
      code: 'invalid_gguf',
      message: /2 of 2 blocks predict further tokens/,
    },
    {
      keys: { 'attention.head_count_kv': [4, 4, 4] },
      code: 'invalid_gguf',
      message: /llama.attention.head_count_kv is an array of 3, but the model has 2 blocks/,
    },
    {
      keys: { 'attention.head_count_kv': [4, 'four'] },
      code: 'invalid_gguf',
      message: /head_count_kv holds four, which is of the wrong type/,
    },
    {
      keys: { 'attention.head_count_kv': [4, 3] },
      code: 'invalid_gguf',
      message: /the 4 attention heads of layer 1 cannot share 3 KV heads evenly/,
    },
    { keys: { 'attention.head_count_kv': [4, 0] }, code: 'invalid_gguf', message: /head_count_kv is 0/ },
    { keys: { 'attention.head_count': 3 }, code: 'invalid_gguf', message: /key_length is 21.33/ },
    {
      keys: { 'attention.head_count': 32 },
      code: 'unsupported_model',
      message: /heads of 2 values; multiples of 4/,
    },
    {
      keys: { 'rope.dimension_count': 7 },
      code: 'invalid_gguf',
      message: /dimension_count is 7, not an even number/,
    },
    { keys: { 'rope.dimension_count': 18 }, code: 'invalid_gguf', message: /up to the 16 values of a head/ },
    { keys: { 'rope.freq_base': 0 }, code: 'invalid_gguf', message: /freq_base is 0, not a positive number/ },
    {
      keys: { 'rope.scaling.type': 'dynamic' },
      code: 'unsupported_model',
      message: /scaling.type is "dynamic"/,
    },
    {
      keys: { 'attention.layer_norm_rms_epsilon': Number.NaN },
      code: 'invalid_gguf',
      message: /epsilon is NaN/,
    },
    { keys: { 'attention.causal': false }, code: 'unsupported_model', message: /only causal attention/ },
    {
      keys: { feed_forward_length: 0 },
      code: 'invalid_gguf',
      message: /feed_forward_length of layer 0 is 0/,
    },
    {
      keys: { ...EXPERTS, expert_used_count: 5 },
      tensors: ROUTER,
      code: 'invalid_gguf',
      message: /expert_used_count is 5, but there are 4 experts/,
    },
    {
      keys: { ...EXPERTS, expert_count: 5000 },
      tensors: ROUTER,
      code: 'unsupported_model',
      message: /5000 experts; up to 1024/,
    },
    {
      keys: { ...EXPERTS, expert_group_count: 3, expert_group_used_count: 1 },
      tensors: ROUTER,
      code: 'invalid_gguf',
      message: /expert_group_count is 3, which does not divide 4 experts/,
    },
    {
      keys: { ...EXPERTS, expert_used_count: 3, expert_group_count: 2, expert_group_used_count: 1 },
      tensors: ROUTER,
      code: 'invalid_gguf',
      message: /expert_group_used_count is 1 of 2 groups, in which 3 of 4 experts cannot be chosen/,
    },
    {
      architecture: 'glm4moe',
      keys: { ...EXPERTS, expert_gating_func: 4 },
      tensors: ROUTER,
      code: 'unsupported_model',
      message: /expert_gating_func is 4; supported are 1 \(softmax\), 2 \(sigmoid\)/,
    },
    {
      architecture: 'deepseek2',
      code: 'unsupported_model',
      message: /key_length_mla is missing.*convert the model again/,
    },
    {
      architecture: 'qwen3',
      tensors: { 'cls.output.weight': [64, 2] },
      code: 'unsupported_model',
      message: /reranker/,
    },
    {
      architecture: 'jamba',
      code: 'unsupported_model',
      message: /"jamba", of which the norms of its state space \(Mamba\) layers/,
    },
    {
      architecture: 'gemma4',
      keys: {
        'attention.key_length': 16,
        'attention.value_length': 16,
        'attention.sliding_window': 8,
        'attention.sliding_window_pattern': [true, false],
        'attention.shared_kv_layers': 1,
      },
      code: 'invalid_gguf',
      message: /layer 1 shares the KV cache of an earlier layer, but none before layer 1 has its window/,
    },
    {
      architecture: 'gemma4',
      keys: {
        'attention.key_length': 16,
        'attention.value_length': 16,
        'attention.sliding_window': 8,
        'attention.sliding_window_pattern': [true, true],
        'attention.head_count_kv': [4, 2],
        'attention.shared_kv_layers': 1,
      },
      code: 'invalid_gguf',
      message: /layer 1 has 2 KV heads, but layer 0, whose KV cache it shares, has 4 \(gemma4.attention/,
    },
    {
      architecture: 'gemma4',
      keys: {
        'attention.key_length': 16,
        'attention.value_length': 16,
        'attention.sliding_window': 8,
        '.tokenizer.ggml.suppress_tokens': [3, 10],
      },
      code: 'invalid_gguf',
      message: /suppress_tokens holds 10, which is no token of 10/,
    },
    {
      architecture: 'gemma4-assistant',
      code: 'unsupported_model',
      message: /of which attention to the KV cache of another model is missing here/,
    },
    { architecture: 'nomic-bert-moe', code: 'unsupported_model', message: /the encoder/ },
    {
      architecture: 'toString',
      code: 'unsupported_model',
      message: /"toString"; supported are apertus, arcee, /,
    },
  ])(
    'names what is wrong: $message',
    ({ architecture = 'llama', keys = {}, tensors = {}, code, message }) => {
      const error = errorOf(() => readModelSpec(fakeFile(architecture, keys, tensors)));
      expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
    },
  );

  it('lists the known architectures in order', () => {
    expect(ARCHITECTURE_NAMES).toEqual(ARCHITECTURE_NAMES.toSorted());
    expect(ARCHITECTURE_NAMES).toContain('llama');
  });
});
