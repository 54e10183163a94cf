import { bfloat16ToFloat, floatToBfloat16 } from '../f16.ts';
import { halfBitsAt, repackHalves } from '../halfRows.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** GPU: 16 words of quants per block, two values each, see `repackHalves`. */
export const BF16: WeightRecord = {
  id: 30,
  blockLength: 1,
  blockBytes: 2,
  words: { quants: 16, scales: 0 },
  repack: repackHalves,
  value: ({ quants }, block, i) => bfloat16ToFloat(halfBitsAt(quants, block, i)),
  quantize(values, bytes, at) {
    bytes.setUint16(at, floatToBfloat16(values[0]), true);
  },
};
