import { bitsAt, halfAt, nibbleAt } from '../bits.ts';
import { quantizeAffine, setFifthBits, setHalf, setNibbles } from '../encode.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; half m; u8 qh[4]; u8 qs[16] }. GPU: qs as four words of quants per block, and two words of scales: d, m; and the
 * fifth bits.
 */
export const Q5_1: WeightRecord = {
  id: 7,
  blockLength: 32,
  blockBytes: 24,
  words: { quants: 4, scales: 2 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < file.byteLength; at += 24, block++) {
      scales[2 * block] = file.getUint32(at, true);
      scales[2 * block + 1] = file.getUint32(at + 4, true);
      copyWords(file, at + 8, quants, 4 * block);
    }
  },
  value({ quants, scales }, block, i) {
    const q = nibbleAt(quants, 4 * block, i) | (bitsAt(scales, 2 * block + 1, 1, i) << 4);
    return halfAt(scales, 4 * block) * q + halfAt(scales, 4 * block + 1);
  },
  quantize(values, bytes, at) {
    const { d, m, q } = quantizeAffine(values, 31);
    setHalf(bytes, at, d);
    setHalf(bytes, at + 2, m);
    setFifthBits(bytes, at + 4, q);
    setNibbles(bytes, at + 8, q);
  },
};
