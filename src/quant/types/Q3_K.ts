import { bitsAt, halfAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { packThreeBits, threeBitQuad, valueInQuad } from '../quads.ts';
import type { WeightRecord } from '../weightRecord.ts';

/** Byte offsets of a super-block's parts; hmask comes first. */
const QS = 32;
const SCALES = 96;
const D = 108;

/**
 * { u8 hmask[32]; u8 qs[64]; u8 scales[12]; half d }: qs like Q2_K's; bit B of byte j of hmask is the third bit of value j of
 * block B. Each 16 values have a scale, less 32: the low four bits of the first eight and, above them, of the last eight; then
 * the high two of each fourth. GPU: three words per block, see `packThreeBits`, two of quants and one of scales; 13 words of
 * scales per super-block: d; a byte for each of the 16 scales; then the third words.
 */
export const Q3_K: WeightRecord = {
  id: 11,
  blockLength: 256,
  blockBytes: 110,
  words: { quants: 2, scales: 1.625 },
  repack(file, _k, { quants, scales }) {
    const quads = new Uint32Array(8);
    for (let at = 0, to = 0, head = 0; at < file.byteLength; at += 110, head += 13) {
      scales[head] = file.getUint16(at + D, true);
      for (let i = 0; i < 4; i++) {
        const low = (file.getUint32(at + SCALES + 4 * (i & 1), true) >>> (4 * (i >> 1))) & 0x0f0f0f0f;
        const high = (file.getUint32(at + SCALES + 8, true) >>> (2 * i)) & 0x03030303;
        scales[head + 1 + i] = low | (high << 4);
      }
      for (let block = 0; block < 8; block++, to += 2) {
        const qs = at + QS + 32 * (block >> 2);
        for (let q = 0; q < 8; q++) {
          const low = (file.getUint32(qs + 4 * q, true) >>> (2 * (block & 3))) & 0x03030303;
          const third = (file.getUint32(at + 4 * q, true) >>> block) & 0x01010101;
          quads[q] = low | (third << 2);
        }
        scales[head + 5 + block] = packThreeBits(quads, quants, to);
      }
    }
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
