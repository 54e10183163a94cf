import { bitsAt } from '../bits.ts';
import { bfloat16ToFloat, floatToBfloat16 } from '../f16.ts';
import { copyRows, type WeightRecord } from '../weightRecord.ts';

/** GPU: 16 words of quants per block, two values each. */
export const BF16: WeightRecord = {
  id: 30,
  blockLength: 1,
  blockBytes: 2,
  words: { quants: 16, scales: 0 },
  repack: copyRows(2),
  value: ({ quants }, block, i) => bfloat16ToFloat(bitsAt(quants, 16 * block, 16, i)),
  quantize(values, bytes, at) {
    bytes.setUint16(at, floatToBfloat16(values[0]), true);
  },
};
