import { bitsAt, halfAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { packThreeBits, threeBitQuad, valueInQuad } from '../quads.ts';
import { eachSuperBlock } from '../superBlocks.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Words of the file's parts, hmask being at 0. */
const QS = 8;
const SCALES = 24;
const D = 27;

/**
 * { u8 hmask[32]; u8 qs[64]; u8 scales[12]; half d }: qs as Q2_K's; bit B of byte j of hmask is the third bit of value j of
 * block B. A scale for each 16 values, less 32: the low four bits of the first eight and, above them, of the last eight; then the
 * high two of each fourth. Per block three words, see `packThreeBits`, two of quants and one of scales; per super-block 13 of scales:
 * d; a byte for each of the 16 scales; then the third words.
 */
export const Q3_K: WeightRecord = {
  id: 11,
  blockLength: 256,
  blockBytes: 110,
  words: { quants: 2, scales: 1.625 },
  repack(rows, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    const packed = new Uint32Array(3);
    eachSuperBlock(rows, 110, (file, superBlock) => {
      const head = 13 * superBlock;
      scales[head] = file[D] & 0xffff;
      for (let i = 0; i < 4; i++) {
        const low = (file[SCALES + (i & 1)] >>> (4 * (i >> 1))) & 0x0f0f0f0f;
        scales[head + 1 + i] = low | (((file[SCALES + 2] >>> (2 * i)) & 0x03030303) << 4);
      }
      for (let block = 0; block < 8; block++) {
        const qs = QS + 8 * (block >> 2);
        for (let q = 0; q < 8; q++) {
          const low = (file[qs + q] >>> (2 * (block & 3))) & 0x03030303;
          quads[q] = low | (((file[q] >>> block) & 0x01010101) << 2);
        }
        packThreeBits(quads, packed);
        const to = 2 * (8 * superBlock + block);
        quants[to] = packed[0];
        quants[to + 1] = packed[1];
        scales[head + 5 + block] = packed[2];
      }
    });
  },
  value({ quants, scales }, block, i) {
    const head = 13 * (block >> 3);
    const scale = bitsAt(scales, head + 1, 8, 2 * (block & 7) + (i >> 4)) - 32;
    const word = (index: number) => (index < 2 ? quants[2 * block + index] : scales[head + 5 + (block & 7)]);
    return halfAt(scales, 2 * head) * scale * (valueInQuad(threeBitQuad(word, i >> 2), i) - 4);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at + 108, magnitude / (32 * 4));
  },
};
