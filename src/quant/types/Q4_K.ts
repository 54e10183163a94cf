import { bitsAt, halfAt, nibbleAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { splitNibbles } from '../nibbles.ts';
import { splitSixBitPairs } from '../sixBitPairs.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; half dmin; u8 scales[12]; u8 qs[128] }: 32 bytes of qs hold one block in the low nibbles and the next in the high
 * ones. GPU: four words of quants per block, like Q4_0's; five words of scales per super-block: d, dmin; then those of
 * `splitSixBitPairs`.
 */
export const Q4_K: WeightRecord = {
  id: 12,
  blockLength: 256,
  blockBytes: 144,
  words: { quants: 4, scales: 0.625 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, to = 0, head = 0; at < file.byteLength; at += 144, to += 32, head += 5) {
      scales[head] = file.getUint32(at, true);
      splitSixBitPairs(file, at + 4, scales, head + 1);
      for (let i = 0; i < 4; i++) splitNibbles(file, at + 16 + 32 * i, quants, to + 8 * i);
    }
  },
  value({ quants, scales }, block, i) {
    const head = 5 * (block >> 3);
    const byte = (index: number) => bitsAt(scales, head + 1, 8, 2 * (block & 7) + index);
    const [d, dmin] = [halfAt(scales, 2 * head), halfAt(scales, 2 * head + 1)];
    return d * byte(0) * nibbleAt(quants, 4 * block, i) - dmin * byte(1);
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (63 * 8));
    setHalf(bytes, at + 2, magnitude / 63);
  },
};
