import { bitsAt, halfAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { gatherBlockBits } from '../nibbles.ts';
import { eachSuperBlock } from '../superBlocks.ts';
import { PAIR_WORDS, pairAt, splitPairs } from '../twoBits.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Words of the file's parts, hmask being at 0. */
const QS = 8;
const SCALES = 24;
const D = 27;

/**
 * { u8 hmask[32]; u8 qs[64]; u8 scales[12]; half d }: qs as Q2_K's; bit B of byte j of hmask is the third bit of value j of
 * block B. A scale for each 16 values, less 32: the low four bits of the first eight and, above them, of the last eight; then the
 * high two of each fourth. Per block two words of quants, 16 values each; per super-block 13 of scales: d; a byte for each of the 16
 * scales; then the third bits of each block.
 */
export const Q3_K: WeightRecord = {
  id: 11,
  blockLength: 256,
  blockBytes: 110,
  words: { quants: PAIR_WORDS, scales: 1.625 },
  repack(rows, _k, { quants, scales }) {
    eachSuperBlock(rows, 110, (file, superBlock) => {
      const head = 13 * superBlock;
      scales[head] = file[D] & 0xffff;
      for (let i = 0; i < 4; i++) {
        const low = (file[SCALES + (i & 1)] >>> (4 * (i >> 1))) & 0x0f0f0f0f;
        scales[head + 1 + i] = low | (((file[SCALES + 2] >>> (2 * i)) & 0x03030303) << 4);
      }
      for (let block = 0; block < 8; block++) scales[head + 5 + block] = gatherBlockBits(file, 0, block);
      splitPairs(file, QS, quants, 8 * superBlock);
    });
  },
  value({ quants, scales }, block, i) {
    const head = 13 * (block >> 3);
    const scale = bitsAt(scales, head + 1, 8, 2 * (block & 7) + (i >> 4)) - 32;
    const q = pairAt(quants, block, i) | (bitsAt(scales, head + 5 + (block & 7), 1, i) << 2);
    return halfAt(scales, 2 * head) * scale * (q - 4);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at + 108, magnitude / (32 * 4));
  },
};
