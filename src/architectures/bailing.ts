import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';
import { routerByKeys } from './ffn.ts';

export const bailings: Architectures = {
  /** Ling 2 and Ring 2. */
  bailingmoe2: keys =>
    decoder(keys, {
      rope: { pairs: 'halves' },
      qkNorm: { weights: 'head' },
      experts: routerByKeys(keys, 'softmax'),
    }),
};
