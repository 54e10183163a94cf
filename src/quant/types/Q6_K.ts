import { bitsAt, halfAt, nibbleAt, signedByteAt } from '../bits.ts';
import { gatherBlockPairs, splitNibbles } from '../nibbles.ts';
import { encodeQ6K } from '../quantizeQ6K.ts';
import { eachSuperBlock } from '../superBlocks.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Words of the file's parts, ql being at 0. */
const QH = 32;
const SCALES = 48;
const D = 52;

/**
 * { u8 ql[128]; u8 qh[64]; i8 scales[16]; half d }: each half of 128 values has 64 bytes of ql, whose low nibbles are its blocks 0
 * and 1 and whose high nibbles are 2 and 3, and 32 bytes of qh, whose bit pair g is for block g. Per block four words of quants,
 * the low four bits as Q4_0's, and three of scales: d, then the 8-bit scales of the values 0..15 and 16..31; their high bit pairs,
 * 16 to a word.
 */
export const Q6_K: WeightRecord = {
  id: 14,
  blockLength: 256,
  blockBytes: 210,
  words: { quants: 4, scales: 3 },
  repack(rows, _k, { quants, scales }) {
    eachSuperBlock(rows, 210, (file, superBlock) => {
      for (let half = 0; half < 2; half++) {
        const block = 8 * superBlock + 4 * half;
        const ql = 16 * half;
        splitNibbles(file, ql, quants, 4 * block, 4 * (block + 2));
        splitNibbles(file, ql + 8, quants, 4 * (block + 1), 4 * (block + 3));
        const qh = QH + 8 * half;
        for (let g = 0; g < 4; g++) {
          const pair = file[SCALES + 2 * half + (g >> 1)] >>> (16 * (g & 1));
          const to = 3 * (block + g);
          scales[to] = (file[D] & 0xffff) | (pair << 16);
          scales[to + 1] = gatherBlockPairs(file, qh, 2 * g);
          scales[to + 2] = gatherBlockPairs(file, qh + 4, 2 * g);
        }
      }
    });
  },
  value({ quants, scales }, block, i) {
    const q = nibbleAt(quants, 4 * block, i) | (bitsAt(scales, 3 * block + 1, 2, i) << 4);
    const scale = signedByteAt(scales, 3 * block, 2 + (i >> 4));
    // ggml multiplies d by the 8-bit scale first, which is exact.
    return halfAt(scales, 6 * block) * scale * (q - 32);
  },
  quantize: encodeQ6K,
};
