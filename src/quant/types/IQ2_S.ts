import { codesOfGrid, complements, setD, setFactors } from '../codes.ts';
import { GRIDS } from '../grids.ts';
import { IQ2 } from '../iq2Values.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq2s, 8, 8, 1);

/**
 * { half d; u8 qs[32]; u8 signs[32]; u8 qh[8]; u8 scales[8] }: a block has four points of eight magnitudes, the low byte of each
 * in qs and its two high bits in a byte of qh; four bytes of signs; and a byte of two scales, the first half's low. On the GPU as
 * `codedLayout`.
 */
export const IQ2_S: WeightRecord = {
  id: 22,
  blockLength: 256,
  blockBytes: 82,
  ...IQ2,
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 82) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let i = 0; i < 8; i++, block++) {
        const high = file.getUint8(at + 66 + i);
        const pair = file.getUint8(at + 74 + i);
        setFactors(scales, block, 2 * (pair & 15) + 1, 2 * (pair >> 4) + 1);
        for (let l = 0; l < 4; l++) {
          const from = at + 2 + 4 * i + l;
          const point = 2 * (file.getUint8(from) | (((high >> (2 * l)) & 3) << 8));
          const signs = file.getUint8(from + 32);
          quads[2 * l] = POINTS[point] ^ complements(signs);
          quads[2 * l + 1] = POINTS[point + 1] ^ complements(signs >> 4);
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
};
