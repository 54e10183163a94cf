import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

export const hunyuans: Architectures = {
  'hunyuan-dense': keys =>
    decoder(keys, { rope: { pairs: 'halves' }, qkNorm: { weights: 'head', afterRope: true } }),
};
