import { codesOfGrid, complements, evenSigns, setD, setFactors, setQuad } from '../codes.ts';
import { GRIDS } from '../grids.ts';
import { IQ2 } from '../iq2Values.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq2xs, 8, 8, 1);

/**
 * { half d; u16 qs[32]; u8 scales[8] }: of a block four words of 16 bits, each a point of eight magnitudes in nine bits and its
 * signs in seven, and a byte of two scales, the first half's low. On the GPU as `codedLayout`.
 */
export const IQ2_XS: WeightRecord = {
  id: 17,
  blockLength: 256,
  blockBytes: 74,
  ...IQ2,
  repack(rows, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < rows.length; at += 74) {
      setD(scales, block >> 3, rows[at] | (rows[at + 1] << 8));
      for (let i = 0; i < 8; i++, block++) {
        const pair = rows[at + 66 + i];
        setFactors(scales, block, 2 * (pair & 15) + 1, 2 * (pair >> 4) + 1);
        for (let l = 0; l < 4; l++) {
          const from = at + 2 + 8 * i + 2 * l;
          const word = rows[from] | (rows[from + 1] << 8);
          const point = 2 * (word & 511);
          const signs = evenSigns(word >> 9);
          setQuad(quants, block, 2 * l, POINTS[point] ^ complements(signs));
          setQuad(quants, block, 2 * l + 1, POINTS[point + 1] ^ complements(signs >> 4));
        }
      }
    }
  },
};
