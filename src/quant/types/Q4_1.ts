import { halfAt, nibbleAt } from '../bits.ts';
import { quantizeAffine, setHalf, setNibbles } from '../encode.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** { half d; half m; u8 qs[16] }. GPU: qs as four words of quants per block, and a word of scales: d, m. */
export const Q4_1: WeightRecord = {
  id: 3,
  blockLength: 32,
  blockBytes: 20,
  words: { quants: 4, scales: 1 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < file.byteLength; at += 20, block++) {
      scales[block] = file.getUint32(at, true);
      copyWords(file, at + 4, quants, 4 * block);
    }
  },
  value: ({ quants, scales }, block, i) =>
    halfAt(scales, 2 * block) * nibbleAt(quants, 4 * block, i) + halfAt(scales, 2 * block + 1),
  quantize(values, bytes, at) {
    const { d, m, q } = quantizeAffine(values, 15);
    setHalf(bytes, at, d);
    setHalf(bytes, at + 2, m);
    setNibbles(bytes, at + 4, q);
  },
};
