import { bitsAt, halfAt, nibbleAt, wordsOf } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { gatherBlockBits, splitNibbles } from '../nibbles.ts';
import { sixBitPair } from '../sixBitPairs.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; half dmin; u8 scales[12]; u8 qh[32]; u8 qs[128] }: as Q4_K, and bit B of byte j of qh is the fifth bit of value j of
 * block B. Per block four words of quants as Q4_0's; per super-block twelve of scales: four as Q4_K's, then the fifth bits of each
 * block.
 */
export const Q5_K: WeightRecord = {
  id: 13,
  blockLength: 256,
  blockBytes: 176,
  words: { quants: 4, scales: 1.5 },
  repack(rows, _k, { quants, scales }) {
    const file = wordsOf(rows);
    for (let at = 0, to = 0, head = 0; at < file.length; at += 44, to += 32, head += 12) {
      for (let i = 0; i < 4; i++) {
        scales[head + i] = file[at + i];
        splitNibbles(file, at + 12 + 8 * i, quants, to + 8 * i, to + 8 * i + 4);
      }
      for (let block = 0; block < 8; block++) scales[head + 4 + block] = gatherBlockBits(file, at + 4, block);
    }
  },
  value({ quants, scales }, block, i) {
    const head = 12 * (block >> 3);
    const { scale, min } = sixBitPair(scales, head + 1, block & 7);
    const q = nibbleAt(quants, 4 * block, i) | (bitsAt(scales, head + 4 + (block & 7), 1, i) << 4);
    return halfAt(scales, 2 * head) * scale * q - halfAt(scales, 2 * head + 1) * min;
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (63 * 16));
    setHalf(bytes, at + 2, magnitude / 63);
  },
};
