import { bitsAt, bitsToFloat, bytesOf, nibbleAt } from '../bits.ts';
import { fp4Codes, fp4Value } from '../fp4.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { u8 e; u8 qs[16] }: 4-bit floats in the order of Q4_0's quants, times 2^(e - 127). GPU: four words of quants per block,
 * `fp4Codes` of qs, and a byte of scales, e, over all blocks.
 */
export const MXFP4: WeightRecord = {
  id: 39,
  blockLength: 32,
  blockBytes: 17,
  words: { quants: 4, scales: 0.25 },
  repack(file, _k, { quants, scales }) {
    const exponents = bytesOf(scales);
    for (let at = 0, block = 0; at < file.byteLength; at += 17, block++) {
      exponents[block] = file.getUint8(at);
      for (let i = 0; i < 4; i++) quants[4 * block + i] = fp4Codes(file.getUint32(at + 1 + 4 * i, true));
    }
  },
  value: ({ quants, scales }, block, i) =>
    halfPowerOfTwo(bitsAt(scales, 0, 8, block)) * fp4Value(nibbleAt(quants, 4 * block, i)),
  setScale(bytes, at, magnitude) {
    bytes.setUint8(at, 128 + Math.floor(Math.log2(magnitude / 12)));
  },
};

/** 2^(e - 128), of which the smallest two are subnormal. */
function halfPowerOfTwo(e: number): number {
  return bitsToFloat(e < 2 ? 0x00200000 << e : (e - 1) << 23);
}
