import { quantize } from './quantize.ts';
import { randomValues } from './randomValues.ts';
import { recordOf, type WeightType } from './types.ts';

/**
 * Encodes `count` random values of about `magnitude`, whole blocks of a type. Uses the type's quantizer; without one, random bits
 * with suitable scales.
 */
export function randomBlocks(
  type: WeightType,
  count: number,
  seed: number,
  magnitude = 1,
): Uint8Array<ArrayBuffer> {
  const { blockLength, blockBytes, setScale } = recordOf(type);
  if (!setScale) return quantize(type, randomValues(count, seed, magnitude));
  const nBlocks = count / blockLength;
  const bytes = Uint8Array.from(randomValues(nBlocks * blockBytes, seed, 128), value => value + 128);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < nBlocks; block++) setScale(view, block * blockBytes, magnitude);
  return bytes;
}
