import { floatToHalf, halfToFloat } from '../f16.ts';
import { halfBitsAt, repackHalves } from '../halfRows.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** GPU: 16 words of quants per block, two values each, see `repackHalves`. */
export const F16: WeightRecord = {
  id: 1,
  blockLength: 1,
  blockBytes: 2,
  words: { quants: 16, scales: 0 },
  repack: repackHalves,
  value: ({ quants }, block, i) => halfToFloat(halfBitsAt(quants, block, i)),
  quantize(values, bytes, at) {
    bytes.setUint16(at, floatToHalf(values[0]), true);
  },
};
