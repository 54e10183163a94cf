import type { Architectures } from './architecture.ts';
import { decoder, ONLY_POST_NORMS } from './decoder.ts';
import { unscaled } from './rope.ts';

export const olmos: Architectures = {
  /** OLMo 2; and OLMo 3, which has windows, and YaRN in the layers without one. */
  olmo2: keys => {
    const windows = keys.windows(4, 0);
    return decoder(keys, {
      norms: ONLY_POST_NORMS,
      rope: { pairs: 'halves' },
      qkNorm: { weights: 'row' },
      layer: (layer, { rope }) => ({
        window: windows[layer],
        rope: rope && windows[layer] !== null ? unscaled(rope) : rope,
      }),
    });
  },
  olmoe: keys =>
    decoder(keys, {
      rope: { pairs: 'halves' },
      qkNorm: { weights: 'row' },
      experts: { normalise: false },
    }),
};
