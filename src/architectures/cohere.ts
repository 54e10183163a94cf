import type { Architectures } from './architecture.ts';
import { type DecoderOptions, decoder } from './decoder.ts';
import type { Keys } from './keys.ts';

function commandR(keys: Keys): DecoderOptions {
  return {
    norm: 'layer',
    norms: { ffn: null },
    parallel: true,
    logitScale: keys.positive('logit_scale'),
    qkNorm: keys.hasTensor('blk.0.attn_q_norm.weight') ? { kind: 'layer', weights: 'heads' } : null,
  };
}

export const coheres: Architectures = {
  'command-r': keys => decoder(keys, commandR(keys)),
  /** Layers without a window have no rope. */
  cohere2: keys => {
    const windows = keys.windows(4);
    return decoder(keys, {
      ...commandR(keys),
      layer: (layer, { rope }) => ({
        window: windows[layer],
        rope: windows[layer] === null ? null : rope,
      }),
    });
  },
};
