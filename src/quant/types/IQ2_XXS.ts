import { codesOfGrid, complements, evenSigns, setD, setFactors } from '../codes.ts';
import { GRIDS } from '../grids.ts';
import { IQ2 } from '../iq2Values.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq2xxs, 8, 8, 1);

/**
 * { half d; u16 qs[32] }: a block has four bytes, each a point of eight magnitudes, and a word: the signs of each point in seven
 * bits, and in the top four the block's scale. On the GPU as `codedLayout`.
 */
export const IQ2_XXS: WeightRecord = {
  id: 16,
  blockLength: 256,
  blockBytes: 66,
  ...IQ2,
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 66) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let from = at + 2; from < at + 66; from += 8, block++) {
        const word = file.getUint32(from + 4, true);
        const factor = 2 * (word >>> 28) + 1;
        setFactors(scales, block, factor, factor);
        for (let l = 0; l < 4; l++) {
          const point = 2 * file.getUint8(from + l);
          const signs = evenSigns((word >>> (7 * l)) & 127);
          quads[2 * l] = POINTS[point] ^ complements(signs);
          quads[2 * l + 1] = POINTS[point + 1] ^ complements(signs >> 4);
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
};
