import { bitsAt, halfAt, nibbleAt } from '../bits.ts';
import { quantizeSymmetric, setFifthBits, setHalf, setNibbles } from '../encode.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u8 qh[4]; u8 qs[16] }: bit i of qh is the fifth bit of value i. GPU: qs as four words of quants per block, and two
 * words of scales: d, and the fifth bits.
 */
export const Q5_0: WeightRecord = {
  id: 6,
  blockLength: 32,
  blockBytes: 22,
  words: { quants: 4, scales: 2 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < file.byteLength; at += 22, block++) {
      scales[2 * block] = file.getUint16(at, true);
      scales[2 * block + 1] = file.getUint32(at + 2, true);
      copyWords(file, at + 6, quants, 4 * block);
    }
  },
  value({ quants, scales }, block, i) {
    const q = nibbleAt(quants, 4 * block, i) | (bitsAt(scales, 2 * block + 1, 1, i) << 4);
    return halfAt(scales, 4 * block) * (q - 16);
  },
  quantize(values, bytes, at) {
    const { d, q } = quantizeSymmetric(values, 16);
    setHalf(bytes, at, d);
    setFifthBits(bytes, at + 2, q);
    setNibbles(bytes, at + 6, q);
  },
};
