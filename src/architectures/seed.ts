import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

export const seeds: Architectures = {
  /** The norm before its feed-forward is named like one after attention. */
  seed_oss: keys => decoder(keys, { norms: { ffn: 'post_attention_norm' }, rope: { pairs: 'halves' } }),
};
