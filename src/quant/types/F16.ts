import { bitsAt } from '../bits.ts';
import { floatToHalf, halfToFloat } from '../f16.ts';
import { copyRows, type WeightRecord } from '../weightRecord.ts';

/** GPU: 16 words of quants per block, two values each. */
export const F16: WeightRecord = {
  id: 1,
  blockLength: 1,
  blockBytes: 2,
  words: { quants: 16, scales: 0 },
  repack: copyRows(2),
  value: ({ quants }, block, i) => halfToFloat(bitsAt(quants, 16 * block, 16, i)),
  quantize(values, bytes, at) {
    bytes.setUint16(at, floatToHalf(values[0]), true);
  },
};
