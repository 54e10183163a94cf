import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder, epsilon } from './decoder.ts';
import type { Keys } from './keys.ts';
import type { DeltaNet } from './spec.ts';

const HALVES = { rope: { pairs: 'halves' } } as const satisfies DecoderOptions;
const HEAD_NORM = { qkNorm: { weights: 'head' } } as const satisfies DecoderOptions;

export const qwens: Architectures = {
  qwen2: keys => decoder(keys, HALVES),
  qwen2moe: keys =>
    decoder(keys, {
      ...HALVES,
      experts: {
        normalise: false,
        nFf: expertWidth(keys),
        nFfShared: keys.count('feed_forward_length', 0),
      },
    }),
  qwen3: keys => decoder(keys, { ...HALVES, ...HEAD_NORM }),
  qwen3moe: keys => decoder(keys, { ...HALVES, ...HEAD_NORM, experts: { nFf: expertWidth(keys) } }),
  qwen3next: keys => decoder(keys, deltaNets(keys, 'group')),
  qwen35: keys => decoder(keys, deltaNets(keys, 'modulo')),
  qwen35moe: keys => decoder(keys, deltaNets(keys, 'modulo')),
};

/** Period of the layers with attention, if the file does not say which they are. */
const ATTENTION_PERIOD = 4;

/** Options of models with gated delta nets in most layers, and gated attention in the others. */
function deltaNets(keys: Keys, keyOf: DeltaNet['keyOf']): DecoderOptions {
  const period = keys.count('full_attention_interval', ATTENTION_PERIOD);
  const isRecurrent = keys.flags('attention.recurrent_layers');
  const isRecurrentLayer = (layer: number) => (isRecurrent ? isRecurrent[layer] : (layer + 1) % period !== 0);
  const net = deltaNet(keys, keyOf);
  return {
    ...HALVES,
    ...HEAD_NORM,
    norms: { ffn: 'post_attention_norm' },
    gated: true,
    recurrent: layer => (layer < keys.nTrunk && isRecurrentLayer(layer) ? net : null),
  };
}

function deltaNet(keys: Keys, keyOf: DeltaNet['keyOf']): DeltaNet {
  const nKeyHead = keys.count('ssm.group_count');
  const nValueHead = keys.count('ssm.time_step_rank');
  const nInner = keys.count('ssm.inner_size');
  if (nInner % nValueHead !== 0 || nValueHead % nKeyHead !== 0)
    keys.fail(
      `${nInner} values of ${nValueHead} heads that share ${nKeyHead} key heads do not divide evenly`,
    );
  if (keys.hasTensor('blk.0.ssm_in.weight'))
    keys.fail(
      'blk.0.ssm_in.weight holds all projections of the delta net, as first conversions have it; convert the model again',
      'unsupported_model',
    );
  return {
    kind: 'deltaNet',
    nKeyHead,
    nValueHead,
    keyDim: keys.count('ssm.state_size'),
    valueDim: nInner / nValueHead,
    nTaps: keys.count('ssm.conv_kernel'),
    keyOf,
    rates: keyOf === 'group' ? 'paired' : 'apart',
    eps: epsilon(keys, 'rms'),
  };
}

/** Width of an expert in files of 2024, which lack it. */
function expertWidth(keys: Keys): number {
  return Math.floor(keys.count('feed_forward_length', 0) / keys.count('expert_used_count', 1));
}
