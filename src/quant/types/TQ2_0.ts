import { eachSuperBlock } from '../superBlocks.ts';
import { setTernaryScales, ternary } from '../ternary.ts';
import { repackPairs } from '../twoBits.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** { u8 qs[64]; half d }: qs as Q2_K's, of the values -1, 0, 1 and 2 times d. On the GPU as Q2_K. */
export const TQ2_0: WeightRecord = {
  id: 35,
  blockLength: 256,
  blockBytes: 66,
  ...ternary(64),
  repack(rows, _k, { quants, scales }) {
    eachSuperBlock(rows, 66, (file, superBlock) => {
      setTernaryScales(scales, superBlock, file[16] & 0xffff);
      repackPairs(file, 0, quants, superBlock);
    });
  },
};
