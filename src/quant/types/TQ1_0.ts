import { twoBitShift } from '../quads.ts';
import { setTernaryScales, ternary } from '../ternary.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { u8 qs[48]; u8 qh[4]; half d }: digits to the base of three, the first one the leading one, as fractions of 256. The digits of 32
 * bytes are the values 0..159, of 16 bytes 160..239, of four bytes the others; first all first digits, then all second ones. On
 * the GPU as Q2_K.
 */
export const TQ1_0: WeightRecord = {
  id: 34,
  blockLength: 256,
  blockBytes: 54,
  ...ternary(52),
  repack(rows, _k, { quants, scales }) {
    for (let at = 0, superBlock = 0; at < rows.length; at += 54, superBlock++) {
      setTernaryScales(scales, superBlock, rows[at + 52] | (rows[at + 53] << 8));
      const to = 16 * superBlock;
      let value = 0;
      const put = (from: number, length: number, digits: number) => {
        for (let digit = 0; digit < digits; digit++) {
          for (let j = 0; j < length; j++, value++) {
            quants[to + (value >> 4)] |= digitOf(rows[at + from + j], digit) << twoBitShift(value);
          }
        }
      };
      put(0, 32, 5);
      put(32, 16, 5);
      put(48, 4, 4);
    }
  },
};

function digitOf(byte: number, digit: number): number {
  return (((byte * 3 ** digit) & 255) * 3) >> 8;
}
