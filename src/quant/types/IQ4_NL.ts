import { halfAt, nibbleAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { IQ4_VALUES } from '../iq4Values.ts';
import type { WeightRecord } from '../weightRecord.ts';
import { Q4_0 } from './Q4_0.ts';

/** { half d; u8 qs[16] }: codes of values in the order of Q4_0's quants, in the file and on the GPU. */
export const IQ4_NL: WeightRecord = {
  id: 20,
  blockLength: 32,
  blockBytes: 18,
  words: Q4_0.words,
  repack: Q4_0.repack,
  value: ({ quants, scales }, block, i) => halfAt(scales, block) * IQ4_VALUES[nibbleAt(quants, 4 * block, i)],
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / 127);
  },
};
