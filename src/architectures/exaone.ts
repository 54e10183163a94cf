import type { Architectures } from './architecture.ts';
import { decoder, ONLY_POST_NORMS } from './decoder.ts';

/** Layers of EXAONE 4 32B, the only one in which llama.cpp uses the window. */
const LAYERS_WITH_WINDOW = 64;

export const exaones: Architectures = {
  /** If there is a window, layers without one have no rope. */
  exaone4: keys => {
    const hasWindows = keys.nTrunk === LAYERS_WITH_WINDOW;
    const windows = keys.windows(4, 4096);
    return decoder(keys, {
      norms: ONLY_POST_NORMS,
      rope: { pairs: 'halves' },
      qkNorm: { weights: 'head' },
      layer: (layer, { rope }) =>
        hasWindows ? { window: windows[layer], rope: windows[layer] === null ? null : rope } : {},
    });
  },
};
