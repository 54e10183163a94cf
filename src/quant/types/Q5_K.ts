import { bitsAt, halfAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { fiveBitQuad, packFiveBits, valueInQuad } from '../quads.ts';
import { splitSixBitPairs } from '../sixBitPairs.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Byte offsets of a super-block's parts. */
const QH = 16;
const QS = 48;

/**
 * { half d; half dmin; u8 scales[12]; u8 qh[32]; u8 qs[128] }: like Q4_K, and bit B of byte j of qh is the fifth bit of value j
 * of block B. GPU: five words per block, see `packFiveBits`, four of quants and one of scales; 13 words of scales per
 * super-block: five like Q4_K's, then the fifth words.
 */
export const Q5_K: WeightRecord = {
  id: 13,
  blockLength: 256,
  blockBytes: 176,
  words: { quants: 4, scales: 1.625 },
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(16);
    for (let at = 0, to = 0, head = 0; at < file.byteLength; at += 176, head += 13) {
      scales[head] = file.getUint32(at, true);
      splitSixBitPairs(file, at + 4, scales, head + 1);
      for (let block = 0; block < 8; block += 2, to += 8) {
        const qs = at + QS + 16 * block;
        for (let q = 0; q < 8; q++) {
          const low = file.getUint32(qs + 4 * q, true);
          const fifths = file.getUint32(at + QH + 4 * q, true) >>> block;
          quads[q] = (low & 0x0f0f0f0f) | ((fifths & 0x01010101) << 4);
          quads[q + 8] = ((low >>> 4) & 0x0f0f0f0f) | ((fifths & 0x02020202) << 3);
        }
        scales[head + 5 + block] = packFiveBits(quads, 0, quants, to);
        scales[head + 6 + block] = packFiveBits(quads, 8, quants, to + 4);
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
