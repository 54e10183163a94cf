import { bitsAt, halfAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { repackPairs, twoBitsAt } from '../twoBits.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { u8 scales[16]; u8 qs[64]; half d; half dmin }: bit pair g of byte j of 32 of qs is value j of block g of four; a byte of the
 * scales has the scale of 16 values and, above it, their minimum. GPU: two words of quants per block, see `packTwoBits`; five
 * words of scales per super-block: d, dmin; then the scales unchanged.
 */
export const Q2_K: WeightRecord = {
  id: 10,
  blockLength: 256,
  blockBytes: 84,
  words: { quants: 2, scales: 0.625 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, superBlock = 0, head = 0; at < file.byteLength; at += 84, superBlock++, head += 5) {
      scales[head] = file.getUint32(at + 80, true);
      for (let i = 0; i < 4; i++) scales[head + 1 + i] = file.getUint32(at + 4 * i, true);
      repackPairs(file, at + 16, quants, superBlock);
    }
  },
  value({ quants, scales }, block, i) {
    const head = 5 * (block >> 3);
    const byte = bitsAt(scales, head + 1, 8, 2 * (block & 7) + (i >> 4));
    const [d, dmin] = [halfAt(scales, 2 * head), halfAt(scales, 2 * head + 1)];
    return d * (byte & 15) * twoBitsAt(quants, block, i) - dmin * (byte >> 4);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at + 80, magnitude / 45);
    setHalf(bytes, at + 82, magnitude / 15);
  },
};
