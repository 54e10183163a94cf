import { halfAt, halvesOf, nibbleAt } from '../bits.ts';
import { quantizeSymmetric, setHalf, setNibbles } from '../encode.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u8 qs[16] }: byte j holds value j and, above it, value j+16. GPU: four words of quants per block, qs unchanged, and
 * half a word of scales, d, over all blocks.
 */
export const Q4_0: WeightRecord = {
  id: 2,
  blockLength: 32,
  blockBytes: 18,
  words: { quants: 4, scales: 0.5 },
  repack(file, _k, { quants, scales }) {
    const d = halvesOf(scales);
    for (let at = 0, block = 0; at < file.byteLength; at += 18, block++) {
      d[block] = file.getUint16(at, true);
      copyWords(file, at + 2, quants, 4 * block);
    }
  },
  value: ({ quants, scales }, block, i) => halfAt(scales, block) * (nibbleAt(quants, 4 * block, i) - 8),
  quantize(values, bytes, at) {
    const { d, q } = quantizeSymmetric(values, 8);
    setHalf(bytes, at, d);
    setNibbles(bytes, at + 2, q);
  },
};
