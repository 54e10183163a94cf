import { bitsAt, bytesOf, nibbleAt } from '../bits.ts';
import { fp4Codes, fp4Value } from '../fp4.ts';
import type { WeightRecord } from '../weightRecord.ts';

const LOW = 0x0f0f0f0f;
const HIGH = 0xf0f0f0f0;

/**
 * { u8 d[4]; u8 qs[32] }: 4-bit floats, where byte j of eight has value j and, above it, j+8 of 16; times, for each 16 values, a
 * float with four bits of exponent and three of mantissa. GPU: four words of quants per block, `fp4Codes` of nibbles in the order
 * of Q4_0's quants, and half a word of scales, two of d.
 */
export const NVFP4: WeightRecord = {
  id: 40,
  blockLength: 64,
  blockBytes: 36,
  words: { quants: 4, scales: 0.5 },
  repack(file, _k, { quants, scales }) {
    const d = bytesOf(scales);
    for (let at = 0, to = 0; at < file.byteLength; at += 36, to += 8) {
      for (let i = 0; i < 4; i++) d[(to >> 1) + i] = scaleBits(file.getUint8(at + i));
      for (let block = 0; block < 2; block++) {
        for (let i = 0; i < 2; i++) {
          const from = at + 4 + 16 * block + 4 * i;
          const first = file.getUint32(from, true);
          const second = file.getUint32(from + 8, true);
          quants[to + 4 * block + i] = fp4Codes((first & LOW) | ((second & LOW) << 4));
          quants[to + 4 * block + i + 2] = fp4Codes(((first >>> 4) & LOW) | (second & HIGH));
        }
      }
    }
  },
  value: ({ quants, scales }, block, i) =>
    halfScale(bitsAt(scales, 0, 8, 2 * block + (i >> 4))) * fp4Value(nibbleAt(quants, 4 * block, i)),
  setScale(bytes, at, magnitude) {
    const exponent = Math.max(0, Math.min(14, 8 + Math.floor(Math.log2(magnitude / 12))));
    for (let i = 0; i < 4; i++) bytes.setUint8(at + i, (exponent << 3) | (bytes.getUint8(at + i) & 7));
  },
};

/** Scale as ggml reads it: the top bit is ignored, and 0x7f is zero. */
function scaleBits(byte: number): number {
  return byte === 0x7f ? 0 : byte & 0x7f;
}

function halfScale(bits: number): number {
  const exponent = bits >> 3;
  const mantissa = bits & 7;
  return exponent === 0 ? mantissa * 2 ** -10 : (8 + mantissa) * 2 ** (exponent - 11);
}
