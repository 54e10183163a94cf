import { setD, setFactors } from '../codes.ts';
import { setHalf } from '../encode.ts';
import { IQ1, IQ1_LARGEST, IQ1_POINTS, RAISED } from '../iq1Values.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u8 qs[32]; u16 qh[8] }: a block has four points of eight values. The low byte of each is in qs, its three high bits
 * in qh; above those are three bits of scale and one that tells whether its values are lowered. On the GPU as `codedLayout`.
 */
export const IQ1_S: WeightRecord = {
  id: 19,
  blockLength: 256,
  blockBytes: 50,
  ...IQ1,
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 50) {
      setD(scales, block >> 3, file.getUint16(at, true));
      for (let i = 0; i < 8; i++, block++) {
        const high = file.getUint16(at + 34 + 2 * i, true);
        const factor = 2 * ((high >> 12) & 7) + 1;
        const shift = high & 0x8000 ? 0 : RAISED;
        setFactors(scales, block, factor, factor);
        for (let l = 0; l < 4; l++) {
          const point = 2 * (file.getUint8(at + 2 + 4 * i + l) | (((high >> (3 * l)) & 7) << 8));
          quads[2 * l] = IQ1_POINTS[point] | shift;
          quads[2 * l + 1] = IQ1_POINTS[point + 1] | shift;
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / IQ1_LARGEST);
  },
};
