import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

export const phis: Architectures = {
  phi2: keys =>
    decoder(keys, {
      norm: 'layer',
      norms: { ffn: null },
      parallel: true,
      rope: { pairs: 'halves' },
      activation: 'gelu',
      gated: false,
    }),
  /** Phi 3, 3.5 and 4. Like llama.cpp, ignores the sliding window of their files. */
  phi3: keys => decoder(keys, { rope: { pairs: 'halves' } }),
  phimoe: keys => decoder(keys, { rope: { pairs: 'halves' } }),
};
