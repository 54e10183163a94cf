import { setD, setFactors } from '../codes.ts';
import { floatToHalf } from '../f16.ts';
import { IQ1, IQ1_LARGEST, IQ1_POINTS, RAISED } from '../iq1Values.ts';
import { packFourBits } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Byte where the scales begin: four words of 16 bits. */
const SCALES = 48;

/**
 * { u8 qs[32]; u8 qh[16]; u8 scales[8] }: a block has four points of eight values. The low byte of each is in qs and four bits
 * are in qh: the three high ones, and one that tells whether its values are lowered. A word of the scales has those of two
 * blocks, three bits for each 16 values; its top four bits are four of d's. On the GPU as `codedLayout`.
 */
export const IQ1_M: WeightRecord = {
  id: 29,
  blockLength: 256,
  blockBytes: 56,
  ...IQ1,
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, block = 0; at < file.byteLength; at += 56) {
      let d = 0;
      for (let i = 0; i < 4; i++) d |= (file.getUint8(at + SCALES + 2 * i + 1) >> 4) << (4 * i);
      setD(scales, block >> 3, d);
      for (let i = 0; i < 8; i++, block++) {
        const from = at + SCALES + 2 * (i >> 1);
        const pair = file.getUint16(from, true) >> (6 * (i & 1));
        setFactors(scales, block, 2 * (pair & 7) + 1, 2 * ((pair >> 3) & 7) + 1);
        for (let l = 0; l < 4; l++) {
          const high = file.getUint8(at + 32 + 2 * i + (l >> 1)) >> (4 * (l & 1));
          const point = 2 * (file.getUint8(at + 4 * i + l) | ((high & 7) << 8));
          const shift = high & 8 ? 0 : RAISED;
          quads[2 * l] = IQ1_POINTS[point] | shift;
          quads[2 * l + 1] = IQ1_POINTS[point + 1] | shift;
        }
        packFourBits(quads, quants, 4 * block);
      }
    }
  },
  setScale(bytes, at, magnitude) {
    const d = floatToHalf(magnitude / IQ1_LARGEST);
    for (let i = 0; i < 4; i++) {
      const byte = at + SCALES + 2 * i + 1;
      bytes.setUint8(byte, (bytes.getUint8(byte) & 15) | (((d >> (4 * i)) & 15) << 4));
    }
  },
};
