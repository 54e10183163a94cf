import { bitsAt, halfAt, wordsOf } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { PAIR_WORDS, pairAt, splitPairs } from '../twoBits.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { u8 scales[16]; u8 qs[64]; half d; half dmin }: 32 bytes of qs hold four blocks; a byte of the scales has the scale of 16 values
 * and, above it, their minimum. Per block two words of quants, 16 values each; per super-block five of scales: d, dmin; then
 * the scales as they are.
 */
export const Q2_K: WeightRecord = {
  id: 10,
  blockLength: 256,
  blockBytes: 84,
  words: { quants: PAIR_WORDS, scales: 0.625 },
  repack(rows, _k, { quants, scales }) {
    const file = wordsOf(rows);
    for (let at = 0, block = 0, head = 0; at < file.length; at += 21, block += 8, head += 5) {
      scales[head] = file[at + 20];
      for (let i = 0; i < 4; i++) scales[head + 1 + i] = file[at + i];
      splitPairs(file, at + 4, quants, block);
    }
  },
  value({ quants, scales }, block, i) {
    const head = 5 * (block >> 3);
    const byte = bitsAt(scales, head + 1, 8, 2 * (block & 7) + (i >> 4));
    const [d, dmin] = [halfAt(scales, 2 * head), halfAt(scales, 2 * head + 1)];
    return d * (byte & 15) * pairAt(quants, block, i) - dmin * (byte >> 4);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at + 80, magnitude / 45);
    setHalf(bytes, at + 82, magnitude / 15);
  },
};
