import { halfAt, halvesOf, signedByteAt } from '../bits.ts';
import { reciprocal, roundHalfAwayFromZero, setHalf } from '../encode.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** { half d; i8 qs[32] }. GPU: eight words of quants per block, and half a word of scales, d, over all blocks. */
export const Q8_0: WeightRecord = {
  id: 8,
  blockLength: 32,
  blockBytes: 34,
  words: { quants: 8, scales: 0.5 },
  repack(file, _k, { quants, scales }) {
    const d = halvesOf(scales);
    for (let at = 0, block = 0; at < file.byteLength; at += 34, block++) {
      d[block] = file.getUint16(at, true);
      copyWords(file, at + 2, quants, 8 * block);
      copyWords(file, at + 18, quants, 8 * block + 4);
    }
  },
  value: ({ quants, scales }, block, i) => halfAt(scales, block) * signedByteAt(quants, 8 * block, i),
  quantize(values, bytes, at) {
    const d = Math.fround(values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / 127);
    const inverse = reciprocal(d);
    setHalf(bytes, at, d);
    values.forEach((value, j) => {
      bytes.setInt8(at + 2 + j, roundHalfAwayFromZero(Math.fround(value * inverse)));
    });
  },
};
