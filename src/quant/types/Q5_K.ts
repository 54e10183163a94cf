import { bitsAt, halfAt, wordsOf } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { fiveBitQuad, packFiveBits, valueInQuad } from '../quads.ts';
import { splitSixBitPairs } from '../sixBitPairs.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Words of the file's parts. */
const QH = 4;
const QS = 12;

/**
 * { half d; half dmin; u8 scales[12]; u8 qh[32]; u8 qs[128] }: as Q4_K, and bit B of byte j of qh is the fifth bit of value j of
 * block B. Per block five words, see `packFiveBits`, four of quants and one of scales; per super-block 13 of scales: five as Q4_K's,
 * then the fifth words.
 */
export const Q5_K: WeightRecord = {
  id: 13,
  blockLength: 256,
  blockBytes: 176,
  words: { quants: 4, scales: 1.625 },
  repack(rows, _k, { quants, scales }) {
    const file = wordsOf(rows);
    const quads = new Uint32Array(8);
    const packed = new Uint32Array(5);
    for (let at = 0, to = 0, head = 0; at < file.length; at += 44, head += 13) {
      scales[head] = file[at];
      splitSixBitPairs(file, at + 1, scales, head + 1);
      for (let block = 0; block < 8; block++, to += 4) {
        const qs = at + QS + 8 * (block >> 1);
        for (let q = 0; q < 8; q++) {
          const low = (file[qs + q] >>> (4 * (block & 1))) & 0x0f0f0f0f;
          quads[q] = low | (((file[at + QH + q] >>> block) & 0x01010101) << 4);
        }
        packFiveBits(quads, packed);
        for (let i = 0; i < 4; i++) quants[to + i] = packed[i];
        scales[head + 5 + block] = packed[4];
      }
    }
  },
  value({ quants, scales }, block, i) {
    const head = 13 * (block >> 3);
    const byte = (index: number) => bitsAt(scales, head + 1, 8, 2 * (block & 7) + index);
    const word = (index: number) => (index < 4 ? quants[4 * block + index] : scales[head + 5 + (block & 7)]);
    const q = valueInQuad(fiveBitQuad(word, i >> 2), i);
    const [d, dmin] = [halfAt(scales, 2 * head), halfAt(scales, 2 * head + 1)];
    return d * byte(0) * q - dmin * byte(1);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (63 * 16));
    setHalf(bytes, at + 2, magnitude / 63);
  },
};
