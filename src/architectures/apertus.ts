import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';
import type { Keys } from './keys.ts';
import type { Xielu } from './spec.ts';

export const apertuses: Architectures = {
  apertus: keys =>
    decoder(keys, {
      rope: { pairs: 'halves' },
      qkNorm: { weights: 'head' },
      gated: false,
      activation: xielu(keys),
    }),
};

/** Activation of each layer. Its keys have no prefix. */
function xielu(keys: Keys): (layer: number) => Xielu {
  const read = (name: string) => keys.numbersWithoutPrefix(`xielu.${name}`);
  const [alphaN, alphaP, beta, eps] = [read('alpha_n'), read('alpha_p'), read('beta'), read('eps')];
  return layer => ({ alphaN: alphaN[layer], alphaP: alphaP[layer], beta: beta[layer], eps: eps[layer] });
}
