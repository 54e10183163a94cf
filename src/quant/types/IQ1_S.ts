import { setD, setFactors, setQuad } from '../codes.ts';
import { setHalf } from '../encode.ts';
import { IQ1, IQ1_LARGEST, IQ1_POINTS, RAISED } from '../iq1Values.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u8 qs[32]; u16 qh[8] }: of a block four points of eight values, the low byte of each in qs and its three high bits in
 * qh, above them three bits of scale and one that says whether its values are lowered. On the GPU as `codedLayout`.
 */
export const IQ1_S: WeightRecord = {
  id: 19,
  blockLength: 256,
  blockBytes: 50,
  ...IQ1,
  repack(rows, _k, { quants, scales }) {
    for (let at = 0, block = 0; at < rows.length; at += 50) {
      setD(scales, block >> 3, rows[at] | (rows[at + 1] << 8));
      for (let i = 0; i < 8; i++, block++) {
        const high = rows[at + 34 + 2 * i] | (rows[at + 35 + 2 * i] << 8);
        const factor = 2 * ((high >> 12) & 7) + 1;
        const shift = high & 0x8000 ? 0 : RAISED;
        setFactors(scales, block, factor, factor);
        for (let l = 0; l < 4; l++) {
          const point = 2 * (rows[at + 2 + 4 * i + l] | (((high >> (3 * l)) & 7) << 8));
          setQuad(quants, block, 2 * l, IQ1_POINTS[point] | shift);
          setQuad(quants, block, 2 * l + 1, IQ1_POINTS[point + 1] | shift);
        }
      }
    }
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / IQ1_LARGEST);
  },
};
