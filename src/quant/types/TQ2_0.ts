import { setTernaryScales, ternary } from '../ternary.ts';
import { repackPairs } from '../twoBits.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** { u8 qs[64]; half d }: qs like Q2_K's, of the values -1, 0, 1 and 2 times d. On the GPU as Q2_K. */
export const TQ2_0: WeightRecord = {
  id: 35,
  blockLength: 256,
  blockBytes: 66,
  ...ternary(64),
  repack(file, _k, { quants, scales }) {
    for (let at = 0, superBlock = 0; at < file.byteLength; at += 66, superBlock++) {
      setTernaryScales(scales, superBlock, file.getUint16(at + 64, true));
      repackPairs(file, at, quants, superBlock);
    }
  },
};
