import { describe, expect, it } from 'vitest';
import { type GgufFile, openSource, readGguf, writeGguf } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { readConfig } from './config.ts';
import { plannedBuffers, planWeights } from './weights.ts';

type Value =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'string'; readonly value: string };

const u32 = (value: number): Value => ({ type: 'uint32', value });
const METADATA: Readonly<Record<string, Value>> = {
  'general.architecture': { type: 'string', value: 'llama' },
  'llama.context_length': u32(128),
  'llama.embedding_length': u32(32),
  'llama.block_count': u32(1),
  'llama.feed_forward_length': u32(64),
  'llama.attention.head_count': u32(4),
  'llama.attention.head_count_kv': u32(2),
  'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
};
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'token_embd.weight': [32, 10],
  'output_norm.weight': [32],
  'blk.0.attn_norm.weight': [32],
  'blk.0.attn_q.weight': [32, 32],
  'blk.0.attn_k.weight': [32, 16],
  'blk.0.attn_v.weight': [32, 16],
  'blk.0.attn_output.weight': [32, 32],
  'blk.0.ffn_norm.weight': [32],
  'blk.0.ffn_gate.weight': [32, 64],
  'blk.0.ffn_up.weight': [32, 64],
  'blk.0.ffn_down.weight': [64, 32],
};

/** A tiny model file; `undefined` leaves a key or a tensor out. */
async function file(
  changes: Readonly<Record<string, Value | undefined>> = {},
  shapes: Readonly<Record<string, readonly number[] | undefined>> = {},
): Promise<GgufFile> {
  const metadata: Record<string, Value> = {};
  for (const [key, value] of Object.entries({ ...METADATA, ...changes })) if (value) metadata[key] = value;
  const tensors = Object.entries({ ...SHAPES, ...shapes }).flatMap(([name, shape]) => {
    if (!shape) return [];
    const nElements = shape.reduce((product, length) => product * length, 1);
    return [{ name, type: 'F32' as const, shape, data: new Uint8Array(4 * nElements) }];
  });
  return readGguf(await openSource(writeGguf({ metadata, tensors })));
}

function codeOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof ForetokenError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readConfig', () => {
  it('reads a dense model, with the defaults of what is absent', async () => {
    expect(readConfig(await file())).toMatchObject({
      nVocab: 10,
      headDim: 8,
      nRot: 8,
      ropeFreqBase: 10000,
      ropeFreqScale: 1,
      experts: null,
    });
  });

  it('reads a mixture of experts', async () => {
    const gguf = await file({ 'llama.expert_count': u32(4), 'llama.expert_used_count': u32(2) });
    expect(readConfig(gguf).experts).toEqual({ count: 4, used: 2 });
  });

  it.each([
    {
      change: { 'general.architecture': { type: 'string', value: 'mamba' } as const },
      code: 'unsupported_model',
      message: /"mamba"/,
    },
    {
      change: { 'llama.block_count': u32(0) },
      code: 'invalid_gguf',
      message: /block_count is 0, not a whole number from 1/,
    },
    { change: { 'llama.embedding_length': undefined }, code: 'invalid_gguf', message: /embedding_length/ },
    {
      change: { 'llama.attention.head_count_kv': u32(3) },
      code: 'unsupported_model',
      message: /4 attention heads cannot share 3/,
    },
    {
      change: { 'llama.rope.dimension_count': u32(6) },
      code: 'unsupported_model',
      message: /rope over 6 of 8/,
    },
    {
      change: { 'llama.rope.scaling.type': { type: 'string', value: 'yarn' } as const },
      code: 'unsupported_model',
      message: /"yarn"/,
    },
    {
      change: { 'llama.expert_count': u32(2), 'llama.expert_used_count': u32(3) },
      code: 'unsupported_model',
      message: /3 experts used of 2/,
    },
    {
      change: { 'llama.rope.freq_base': { type: 'float32', value: 0 } as const },
      code: 'invalid_gguf',
      message: /freq_base is 0, not a positive number/,
    },
    {
      change: { 'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: Number.NaN } as const },
      code: 'invalid_gguf',
      message: /epsilon is NaN/,
    },
    {
      change: { 'llama.expert_count': u32(5000), 'llama.expert_used_count': u32(2) },
      code: 'unsupported_model',
      message: /5000 experts; up to 1024/,
    },
  ])('refuses $message', async ({ change, code, message }) => {
    const gguf = await file(change);
    const error = codeOf(() => readConfig(gguf));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('planWeights', () => {
  it('stacks Q, K and V, and gate and up, each into one matrix', async () => {
    const gguf = await file();
    const plan = planWeights(gguf, readConfig(gguf));
    expect(plan.layers[0].qkv.map(({ n }) => n)).toEqual([64]);
    expect(plan.layers[0].ffn).toMatchObject({ kind: 'dense', gateUp: [{ n: 64, nGroups: 2, k: 32 }] });
    expect(plan.output).toBeNull();
    expect(plannedBuffers(plan).find(({ label }) => label === 'blk.0.attn_qkv')?.bytes).toBe(64 * 32 * 4);
  });

  it.each([
    { shapes: { 'blk.0.attn_q.weight': undefined }, message: /no tensor blk.0.attn_q.weight/ },
    {
      shapes: { 'rope_freqs.weight': [3] },
      message: /rope_freqs.weight is \[3\], but the metadata asks for \[4\]/,
    },
    {
      shapes: { 'blk.0.ffn_down.weight': [32, 64] },
      message: /ffn_down.weight is \[32,64\], but the metadata asks for \[64,32\]/,
    },
  ])('refuses $message', async ({ shapes, message }) => {
    const gguf = await file({}, shapes);
    const error = codeOf(() => planWeights(gguf, readConfig(gguf)));
    expect(error.code).toBe('invalid_gguf');
    expect(error.message).toMatch(message);
  });

  it('refuses tensors that it would have to ignore', async () => {
    const gguf = await file({}, { 'blk.0.attn_q.bias': [32] });
    const error = codeOf(() => planWeights(gguf, readConfig(gguf)));
    expect(error.code).toBe('unsupported_model');
    expect(error.message).toMatch(/1 tensors that are not supported, blk.0.attn_q.bias first/);
  });
});
