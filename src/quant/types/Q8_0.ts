import { halfAt, halvesOf, moveHalves, signedByteAt } from '../bits.ts';
import { reciprocal, roundHalfAwayFromZero, setHalf } from '../encode.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** { half d; i8 qs[32] }. Per block eight words of quants, and half a word of scales, d, over all blocks. */
export const Q8_0: WeightRecord = {
  id: 8,
  blockLength: 32,
  blockBytes: 34,
  words: { quants: 8, scales: 0.5 },
  repack(rows, _k, { quants, scales }) {
    const file = halvesOf(rows);
    moveHalves(file, halvesOf(quants), {
      length: 16,
      fromOffset: 1,
      fromStride: 17,
      toOffset: 0,
      toStride: 16,
    });
    moveHalves(file, halvesOf(scales), {
      length: 1,
      fromOffset: 0,
      fromStride: 17,
      toOffset: 0,
      toStride: 1,
    });
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
