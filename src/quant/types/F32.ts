import { bitsToFloat } from '../bits.ts';
import { copyRows, type WeightRecord } from '../weightRecord.ts';

/** GPU: 32 words of quants per block, one value each. */
export const F32: WeightRecord = {
  id: 0,
  blockLength: 1,
  blockBytes: 4,
  words: { quants: 32, scales: 0 },
  repack: copyRows(4),
  value: ({ quants }, block, i) => bitsToFloat(quants[32 * block + i]),
  quantize(values, bytes, at) {
    bytes.setFloat32(at, values[0], true);
  },
};
