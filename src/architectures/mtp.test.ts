import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../gguf/index.ts';
import { fakeFile } from './fakeFile.ts';
import { hasMtpHead, isMtpSidecar, readMtpSpec } from './index.ts';

type Values = Readonly<Record<string, GgufValue | undefined>>;

const HEAD = { 'blk.2.nextn.eh_proj.weight': [128, 64] };
const WITH_HEAD: Values = { block_count: 3, nextn_predict_layers: 1 };
const DELTA_NETS: Values = {
  'ssm.conv_kernel': 4,
  'ssm.inner_size': 64,
  'ssm.state_size': 16,
  'ssm.time_step_rank': 4,
  'ssm.group_count': 2,
};

describe('an MTP head', () => {
  it('is the block behind the trunk, with the joint before it and norms of its own', () => {
    const spec = readMtpSpec(fakeFile('llama', WITH_HEAD, HEAD));
    expect(spec).toMatchObject({
      layers: [{ prefix: 'blk.2.', mixer: { kind: 'attention' }, ffn: { kind: 'dense' } }],
      embedding: {
        tensor: 'token_embd',
        joint: {
          tensor: 'blk.2.nextn.eh_proj',
          tokenNorm: { tensor: 'blk.2.nextn.enorm', kind: 'rms' },
          stateNorm: { tensor: 'blk.2.nextn.hnorm', kind: 'rms' },
        },
      },
      head: { norm: { tensor: 'output_norm' }, tensor: 'token_embd' },
    });
  });

  it.each<{ what: string; tensors: Readonly<Record<string, readonly number[]>>; spec: object }>([
    {
      what: 'an embedding',
      tensors: { 'blk.2.nextn.embed_tokens.weight': [64, 10] },
      spec: { embedding: { tensor: 'blk.2.nextn.embed_tokens' } },
    },
    {
      what: 'a last norm',
      tensors: { 'blk.2.nextn.shared_head_norm.weight': [64] },
      spec: { head: { norm: { tensor: 'blk.2.nextn.shared_head_norm' } } },
    },
    {
      what: 'an output matrix',
      tensors: { 'blk.2.nextn.shared_head_head.weight': [64, 10], 'output.weight': [64, 10] },
      spec: { head: { tensor: 'blk.2.nextn.shared_head_head', bias: false } },
    },
    {
      what: 'the trunk’s output matrix',
      tensors: { 'output.weight': [64, 10] },
      spec: { head: { tensor: 'output' } },
    },
    {
      what: 'experts',
      tensors: { 'blk.2.ffn_gate_inp.weight': [64, 4] },
      spec: { layers: [{ ffn: { kind: 'experts' } }] },
    },
  ])('may have $what', ({ tensors, spec }) => {
    const keys = { ...WITH_HEAD, expert_count: 4, expert_used_count: 2 };
    expect(readMtpSpec(fakeFile('llama', keys, { ...HEAD, ...tensors }))).toMatchObject(spec);
  });

  it('attends where the layers of the trunk at its index would carry a state', () => {
    const keys = { ...DELTA_NETS, ...WITH_HEAD, 'rope.dimension_sections': [4, 4, 0, 0] };
    expect(readMtpSpec(fakeFile('qwen35', keys, HEAD)).layers).toMatchObject([
      { prefix: 'blk.2.', mixer: { kind: 'attention', gated: true } },
    ]);
  });

  it('is refused behind a layer norm, which it cannot share', () => {
    expect(() => readMtpSpec(fakeFile('stablelm', WITH_HEAD, HEAD))).toThrow(
      expect.objectContaining({ code: 'unsupported_model', message: expect.stringContaining('RMS norms') }),
    );
  });

  it.each<{
    what: string;
    tensors: Readonly<Record<string, readonly number[]>>;
    has: boolean;
    alone: boolean;
  }>([
    { what: 'a model without one', tensors: { 'blk.0.attn_norm.weight': [64] }, has: false, alone: false },
    {
      what: 'a model with one',
      tensors: { ...HEAD, 'blk.0.attn_norm.weight': [64] },
      has: true,
      alone: false,
    },
    { what: 'a sidecar', tensors: HEAD, has: true, alone: true },
  ])('is told from the tensors of $what', ({ tensors, has, alone }) => {
    // Some files say that they have a head, and lack it.
    const file = fakeFile('llama', WITH_HEAD, tensors);
    expect([hasMtpHead(file), isMtpSidecar(file)]).toEqual([has, alone]);
  });
});
