import { codesOfGrid, complements, evenSigns, setD, setFactors, setQuad } from '../codes.ts';
import { GRIDS } from '../grids.ts';
import { IQ2 } from '../iq2Values.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq2xxs, 8, 8, 1);

/**
 * { half d; u16 qs[32] }: of a block four bytes, each a point of eight magnitudes, and a word: the signs of each point in seven
 * bits, and in the top four the block's scale. On the GPU as `codedLayout`.
 */
export const IQ2_XXS: WeightRecord = {
  id: 16,
  blockLength: 256,
  blockBytes: 66,
  ...IQ2,
  repack(rows, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < rows.length; at += 66) {
      setD(scales, block >> 3, rows[at] | (rows[at + 1] << 8));
      for (let from = at + 2; from < at + 66; from += 8, block++) {
        const word = rows[from + 4] | (rows[from + 5] << 8) | (rows[from + 6] << 16) | (rows[from + 7] << 24);
        const factor = 2 * (word >>> 28) + 1;
        setFactors(scales, block, factor, factor);
        for (let l = 0; l < 4; l++) {
          const point = 2 * rows[from + l];
          const signs = evenSigns((word >>> (7 * l)) & 127);
          setQuad(quants, block, 2 * l, POINTS[point] ^ complements(signs));
          setQuad(quants, block, 2 * l + 1, POINTS[point + 1] ^ complements(signs >> 4));
        }
      }
    }
  },
};
