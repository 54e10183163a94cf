import { codedLayout, codesOfGrid, complements, setD, setFactors } from '../codes.ts';
import { setHalf } from '../encode.ts';
import { GRIDS } from '../grids.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq3s, 4, 8, 1);

/**
 * { half d; u8 qs[64]; u8 qh[8]; u8 signs[32]; u8 scales[4] }: a block has eight points of four odd magnitudes, the low byte of
 * each in qs and its high bit in a byte of qh; four bytes of signs; and a scale, two blocks' to a byte, the first one low. On the
 * GPU as `codedLayout`.
 */
export const IQ3_S: WeightRecord = {
  id: 21,
  blockLength: 256,
  blockBytes: 110,
  ...codedLayout(code => 2 * code - 15),
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 110) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let i = 0; i < 8; i++, block++) {
        const high = file.getUint8(at + 66 + i);
        const factor = 2 * ((file.getUint8(at + 106 + (i >> 1)) >> (4 * (i & 1))) & 15) + 1;
        setFactors(scales, block, factor, factor);
        for (let quad = 0; quad < 8; quad++) {
          const point = file.getUint8(at + 2 + 8 * i + quad) | (((high >> quad) & 1) << 8);
          const signs = file.getUint8(at + 74 + 4 * i + (quad >> 1)) >> (4 * (quad & 1));
          quads[quad] = POINTS[point] ^ complements(signs);
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (31 * 15));
  },
};
