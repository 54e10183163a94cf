import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder } from './decoder.ts';
import type { Keys } from './keys.ts';

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
};

/** Width of an expert in files of 2024, which lack it. */
function expertWidth(keys: Keys): number {
  return Math.floor(keys.count('feed_forward_length', 0) / keys.count('expert_used_count', 1));
}
