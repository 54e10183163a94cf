import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder } from './decoder.ts';
import { routerByKeys } from './ffn.ts';
import type { Keys } from './keys.ts';
import type { ShortConv } from './spec.ts';

export const lfms: Architectures = {
  lfm2: keys => decoder(keys, lfm2Options(keys)),
  lfm2moe: keys =>
    decoder(keys, {
      ...lfm2Options(keys),
      experts: { ...routerByKeys(keys, 'sigmoid'), normalise: true },
    }),
};

/** Options of LFM2: layers without KV heads are short convolutions. The norm before the head is called like one of the embedding. */
function lfm2Options(keys: Keys): DecoderOptions {
  const nKvHeads = keys.counts('attention.head_count_kv', 0);
  const conv: ShortConv = { kind: 'shortConv', nTaps: keys.count('shortconv.l_cache') };
  const window = keys.optional('attention.sliding_window');
  return {
    rope: { pairs: 'halves' },
    qkNorm: { weights: 'head' },
    headNorm: 'token_embd_norm',
    recurrent: layer => (nKvHeads[layer] === 0 ? conv : null),
    layer: () => ({ window }),
  };
}
