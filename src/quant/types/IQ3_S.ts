import { codedLayout, codesOfGrid, complements, setD, setFactors, setQuad } from '../codes.ts';
import { setHalf } from '../encode.ts';
import { GRIDS } from '../grids.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq3s, 4, 8, 1);

/**
 * { half d; u8 qs[64]; u8 qh[8]; u8 signs[32]; u8 scales[4] }: of a block eight points of four odd magnitudes, the low byte of each
 * in qs and its high bit in a byte of qh, and four bytes of signs; a scale for each block, two to a byte, the first one low. On the
 * GPU as `codedLayout`.
 */
export const IQ3_S: WeightRecord = {
  id: 21,
  blockLength: 256,
  blockBytes: 110,
  ...codedLayout(code => 2 * code - 15),
  repack(rows, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < rows.length; at += 110) {
      setD(scales, block >> 3, rows[at] | (rows[at + 1] << 8));
      for (let i = 0; i < 8; i++, block++) {
        const high = rows[at + 66 + i];
        const factor = 2 * ((rows[at + 106 + (i >> 1)] >> (4 * (i & 1))) & 15) + 1;
        setFactors(scales, block, factor, factor);
        for (let quad = 0; quad < 8; quad++) {
          const point = rows[at + 2 + 8 * i + quad] | (((high >> quad) & 1) << 8);
          const signs = rows[at + 74 + 4 * i + (quad >> 1)] >> (4 * (quad & 1));
          setQuad(quants, block, quad, POINTS[point] ^ complements(signs));
        }
      }
    }
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (31 * 15));
  },
};
