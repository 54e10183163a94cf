import { halfAt, signedByteAt } from '../bits.ts';
import { packSixBits, sixBitQuad, valueInQuad } from '../quads.ts';
import { encodeQ6K } from '../quantizeQ6K.ts';
import { eachSuperBlock } from '../superBlocks.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Words of the file's parts, ql being at 0. */
const QH = 32;
const SCALES = 48;
const D = 52;

/**
 * { u8 ql[128]; u8 qh[64]; i8 scales[16]; half d }: each half of 128 values has 64 bytes of ql, whose low nibbles are its blocks 0
 * and 1 and whose high nibbles are 2 and 3, and 32 bytes of qh, whose bit pair g is for block g. Per block six words, see
 * `packSixBits`, four of quants and two of scales; three of scales: d, then the scales of the values 0..15 and 16..31; then the fifth
 * and sixth words.
 */
export const Q6_K: WeightRecord = {
  id: 14,
  blockLength: 256,
  blockBytes: 210,
  words: { quants: 4, scales: 3 },
  repack(rows, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    const packed = new Uint32Array(6);
    eachSuperBlock(rows, 210, (file, superBlock) => {
      for (let block = 0; block < 8; block++) {
        const half = block >> 2;
        const g = block & 3;
        const ql = 16 * half + 8 * (g & 1);
        for (let q = 0; q < 8; q++) {
          const low = (file[ql + q] >>> (4 * (g >> 1))) & 0x0f0f0f0f;
          quads[q] = low | (((file[QH + 8 * half + q] >>> (2 * g)) & 0x03030303) << 4);
        }
        packSixBits(quads, packed);
        const at = 8 * superBlock + block;
        for (let i = 0; i < 4; i++) quants[4 * at + i] = packed[i];
        const two = file[SCALES + (block >> 1)] >>> (16 * (block & 1));
        scales[3 * at] = (file[D] & 0xffff) | (two << 16);
        scales[3 * at + 1] = packed[4];
        scales[3 * at + 2] = packed[5];
      }
    });
  },
  value({ quants, scales }, block, i) {
    const word = (index: number) => (index < 4 ? quants[4 * block + index] : scales[3 * block + index - 3]);
    const q = valueInQuad(sixBitQuad(word, i >> 2), i);
    return halfAt(scales, 6 * block) * signedByteAt(scales, 3 * block, 2 + (i >> 4)) * (q - 32);
  },
  quantize: encodeQ6K,
};
