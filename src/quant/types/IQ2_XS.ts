import { codesOfGrid, complements, evenSigns, setD, setFactors } from '../codes.ts';
import { GRIDS } from '../grids.ts';
import { IQ2 } from '../iq2Values.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq2xs, 8, 8, 1);

/**
 * { half d; u16 qs[32]; u8 scales[8] }: a block has four words of 16 bits, each a point of eight magnitudes in nine bits and its
 * signs in seven; and a byte of two scales, the first half's low. On the GPU as `codedLayout`.
 */
export const IQ2_XS: WeightRecord = {
  id: 17,
  blockLength: 256,
  blockBytes: 74,
  ...IQ2,
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 74) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let i = 0; i < 8; i++, block++) {
        const pair = file.getUint8(at + 66 + i);
        setFactors(scales, block, 2 * (pair & 15) + 1, 2 * (pair >> 4) + 1);
        for (let l = 0; l < 4; l++) {
          const from = at + 2 + 8 * i + 2 * l;
          const word = file.getUint16(from, true);
          const point = 2 * (word & 511);
          const signs = evenSigns(word >> 9);
          quads[2 * l] = POINTS[point] ^ complements(signs);
          quads[2 * l + 1] = POINTS[point + 1] ^ complements(signs >> 4);
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
};
