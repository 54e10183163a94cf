import { bitsAt, halfAt, halvesOf, moveHalves, nibbleAt } from '../bits.ts';
import { quantizeAffine, setFifthBits, setHalf, setNibbles } from '../encode.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; half m; u8 qh[4]; u8 qs[16] }. Per block qs as four words of quants, and two words of scales: d, m; and the fifth
 * bits.
 */
export const Q5_1: WeightRecord = {
  id: 7,
  blockLength: 32,
  blockBytes: 24,
  words: { quants: 4, scales: 2 },
  repack(rows, _k, { quants, scales }) {
    const file = halvesOf(rows);
    moveHalves(file, halvesOf(quants), {
      length: 8,
      fromOffset: 4,
      fromStride: 12,
      toOffset: 0,
      toStride: 8,
    });
    moveHalves(file, halvesOf(scales), {
      length: 4,
      fromOffset: 0,
      fromStride: 12,
      toOffset: 0,
      toStride: 4,
    });
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
