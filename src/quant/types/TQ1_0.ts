import { packTwoBits } from '../quads.ts';
import { setTernaryScales, ternary } from '../ternary.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { u8 qs[48]; u8 qh[4]; half d }: base-3 digits, the leading one first, as fractions of 256. The digits of 32 bytes are the
 * values 0..159, of 16 bytes 160..239, of four bytes the others; first all first digits, then all second ones. On the GPU as
 * Q2_K.
 */
export const TQ1_0: WeightRecord = {
  id: 34,
  blockLength: 256,
  blockBytes: 54,
  ...ternary(52),
  repack(file, _k, { quants, scales }) {
    const values = new Uint8Array(256);
    const quads = new Uint32Array(values.buffer);
    for (let at = 0, superBlock = 0; at < file.byteLength; at += 54, superBlock++) {
      setTernaryScales(scales, superBlock, file.getUint16(at + 52, true));
      putDigits(file, at, 32, 5, values, 0);
      putDigits(file, at + 32, 16, 5, values, 160);
      putDigits(file, at + 48, 4, 4, values, 240);
      for (let block = 0; block < 8; block++) {
        packTwoBits(quads.subarray(8 * block), quants, 2 * (8 * superBlock + block));
      }
    }
  },
};

/** Writes the first `digits` digits of `length` bytes from `at` on. */
function putDigits(
  file: DataView,
  at: number,
  length: number,
  digits: number,
  to: Uint8Array,
  first: number,
) {
  for (let j = 0; j < length; j++) {
    let rest = file.getUint8(at + j);
    for (let digit = 0; digit < digits; digit++) {
      to[first + length * digit + j] = (rest * 3) >> 8;
      rest = (rest * 3) & 255;
    }
  }
}
