import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

export const gptOsses: Architectures = {
  /** The norm before its feed-forward is named like one after attention. */
  'gpt-oss': keys => {
    const windows = keys.windows(2);
    return decoder(keys, {
      norms: { ffn: 'post_attention_norm' },
      rope: { pairs: 'halves' },
      experts: { gating: 'softmaxOfChosen', normalise: false, activation: 'oai' },
      layer: layer => ({ window: windows[layer] }),
    });
  },
};
