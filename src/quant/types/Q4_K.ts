import { halfAt, nibbleAt, wordsOf } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { splitNibbles } from '../nibbles.ts';
import { sixBitPair } from '../sixBitPairs.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; half dmin; u8 scales[12]; u8 qs[128] }: 32 bytes of qs hold a block in the low nibbles and the next in the high ones.
 * Per block four words of quants as Q4_0's; per super-block four of scales, d to scales as they are.
 */
export const Q4_K: WeightRecord = {
  id: 12,
  blockLength: 256,
  blockBytes: 144,
  words: { quants: 4, scales: 0.5 },
  repack(rows, _k, { quants, scales }) {
    const file = wordsOf(rows);
    for (let at = 0, to = 0, head = 0; at < file.length; at += 36, to += 32, head += 4) {
      for (let i = 0; i < 4; i++) {
        scales[head + i] = file[at + i];
        splitNibbles(file, at + 4 + 8 * i, quants, to + 8 * i, to + 8 * i + 4);
      }
    }
  },
  value({ quants, scales }, block, i) {
    const head = 4 * (block >> 3);
    const { scale, min } = sixBitPair(scales, head + 1, block & 7);
    return (
      halfAt(scales, 2 * head) * scale * nibbleAt(quants, 4 * block, i) - halfAt(scales, 2 * head + 1) * min
    );
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (63 * 8));
    setHalf(bytes, at + 2, magnitude / 63);
  },
};
