import { bitsAt, halfAt, halvesOf, moveHalves, nibbleAt } from '../bits.ts';
import { quantizeSymmetric, setFifthBits, setHalf, setNibbles } from '../encode.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u8 qh[4]; u8 qs[16] }: bit i of qh is the fifth bit of value i. Per block qs as four words of quants, and two words of
 * scales: d, and the fifth bits.
 */
export const Q5_0: WeightRecord = {
  id: 6,
  blockLength: 32,
  blockBytes: 22,
  words: { quants: 4, scales: 2 },
  repack(rows, _k, { quants, scales }) {
    const file = halvesOf(rows);
    const to = halvesOf(scales);
    moveHalves(file, halvesOf(quants), {
      length: 8,
      fromOffset: 3,
      fromStride: 11,
      toOffset: 0,
      toStride: 8,
    });
    moveHalves(file, to, { length: 1, fromOffset: 0, fromStride: 11, toOffset: 0, toStride: 4 });
    moveHalves(file, to, { length: 2, fromOffset: 1, fromStride: 11, toOffset: 2, toStride: 4 });
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
