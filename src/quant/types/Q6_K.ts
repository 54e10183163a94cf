import { halfAt, signedByteAt } from '../bits.ts';
import { packSixBits, sixBitQuad, valueInQuad } from '../quads.ts';
import { encodeQ6K } from '../quantizeQ6K.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Byte offsets of a super-block's parts; ql comes first. */
const QH = 128;
const SCALES = 192;
const D = 208;
/** Masks of the low halves of a word's bytes, and of the two bits above them. */
const LOW = 0x0f0f0f0f;
const PAIRS = 0x30303030;

/**
 * { u8 ql[128]; u8 qh[64]; i8 scales[16]; half d }: each half of 128 values has 64 bytes of ql, whose low nibbles are its blocks
 * 0 and 1 and whose high nibbles are 2 and 3, and 32 bytes of qh, whose bit pair g is for block g. GPU: six words per block, see
 * `packSixBits`, four of quants and two of scales. The scales have three words: d, then the scales of the values 0..15 and
 * 16..31; then the fifth and sixth words.
 */
export const Q6_K: WeightRecord = {
  id: 14,
  blockLength: 256,
  blockBytes: 210,
  words: { quants: 4, scales: 3 },
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(32);
    for (let at = 0, to = 0; at < file.byteLength; at += 210) {
      const d = file.getUint16(at + D, true);
      for (let half = 0; half < 2; half++) {
        const ql = at + 64 * half;
        const qh = at + QH + 32 * half;
        for (let q = 0; q < 8; q++) {
          const first = file.getUint32(ql + 4 * q, true);
          const second = file.getUint32(ql + 32 + 4 * q, true);
          const high = file.getUint32(qh + 4 * q, true);
          quads[q] = (first & LOW) | ((high << 4) & PAIRS);
          quads[q + 8] = (second & LOW) | ((high << 2) & PAIRS);
          quads[q + 16] = ((first >>> 4) & LOW) | (high & PAIRS);
          quads[q + 24] = ((second >>> 4) & LOW) | ((high >>> 2) & PAIRS);
        }
        for (let g = 0; g < 4; g++, to++) {
          packSixBits(quads, 8 * g, quants, 4 * to, scales, 3 * to + 1);
          scales[3 * to] = d | (file.getUint16(at + SCALES + 8 * half + 2 * g, true) << 16);
        }
      }
    }
  },
  value({ quants, scales }, block, i) {
    const word = (index: number) => (index < 4 ? quants[4 * block + index] : scales[3 * block + index - 3]);
    const q = valueInQuad(sixBitQuad(word, i >> 2), i);
    return halfAt(scales, 6 * block) * signedByteAt(scales, 3 * block, 2 + (i >> 4)) * (q - 32);
  },
  quantize: encodeQ6K,
};
