import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder } from './decoder.ts';

const GPT = { norm: 'layer', activation: 'gelu', gated: false } as const satisfies DecoderOptions;
const HALVES = { rope: { pairs: 'halves' } } as const satisfies DecoderOptions;

/** Decoders with layer norms, most of them without a gate. */
export const gpts: Architectures = {
  gpt2: keys => decoder(keys, { ...GPT, rope: null }),
  gptneox: keys => decoder(keys, { ...GPT, ...HALVES, parallel: keys.bool('use_parallel_residual', true) }),
  starcoder2: keys => decoder(keys, { ...GPT, ...HALVES }),
  nemotron: keys => decoder(keys, { ...GPT, ...HALVES, activation: 'relu2' }),
  /** Like llama.cpp, ignores `use_parallel_residual` here: a layer without `ffn_norm` is parallel. */
  stablelm: keys => {
    const parallel = !keys.hasTensor('blk.0.ffn_norm.weight');
    const normalises = keys.hasTensor('blk.0.attn_q_norm.weight');
    return decoder(keys, {
      ...HALVES,
      norm: 'layer',
      parallel,
      norms: parallel ? { ffn: null } : {},
      qkNorm: normalises ? { kind: 'layer', weights: 'heads' } : null,
    });
  },
};
