import {
  codedLayout,
  codesOfGrid,
  complements,
  evenSigns,
  setD,
  setFactors,
  signedMagnitude,
} from '../codes.ts';
import { setHalf } from '../encode.ts';
import { GRIDS } from '../grids.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

const POINTS = codesOfGrid(GRIDS.iq3xxs, 4, 8, 1);
/** Magnitudes: with factors of 2s + 1 they give ggml's d · (0.5 + s) · 0.5 · 4, 12, … 62. */
const MAGNITUDES = [4, 12, 20, 28, 36, 44, 52, 62].map(magnitude => magnitude / 4);

/**
 * { half d; u8 qs[64]; u32 signs[8] }: a block has eight bytes, each a point of four magnitudes, and a word: the signs of two
 * points each in seven bits, and in the top four the block's scale. On the GPU as `codedLayout`.
 */
export const IQ3_XXS: WeightRecord = {
  id: 18,
  blockLength: 256,
  blockBytes: 98,
  ...codedLayout(signedMagnitude(MAGNITUDES)),
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 98) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let i = 0; i < 8; i++, block++) {
        const from = at + 66 + 4 * i;
        const word = file.getUint32(from, true);
        const factor = 2 * (word >>> 28) + 1;
        setFactors(scales, block, factor, factor);
        for (let l = 0; l < 4; l++) {
          const qs = at + 2 + 8 * i + 2 * l;
          const signs = evenSigns((word >>> (7 * l)) & 127);
          quads[2 * l] = POINTS[file.getUint8(qs)] ^ complements(signs);
          quads[2 * l + 1] = POINTS[file.getUint8(qs + 1)] ^ complements(signs >> 4);
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (31 * MAGNITUDES[7]));
  },
};
