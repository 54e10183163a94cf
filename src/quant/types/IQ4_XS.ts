import { bitsAt, halfAt, nibbleAt } from '../bits.ts';
import { setHalf } from '../encode.ts';
import { IQ4_VALUES } from '../iq4Values.ts';
import { copyWords } from '../nibbles.ts';
import type { WeightRecord } from '../weightRecord.ts';

/**
 * { half d; u16 scales_h; u8 scales_l[4]; u8 qs[128] }: blocks of 16 bytes of codes like IQ4_NL's; the low four bits of their
 * scales, the first one low in its byte; and the high two. GPU: four words of quants per block and two of scales per super-block,
 * all unchanged.
 */
export const IQ4_XS: WeightRecord = {
  id: 23,
  blockLength: 256,
  blockBytes: 136,
  words: { quants: 4, scales: 0.25 },
  repack(file, _k, { quants, scales }) {
    for (let at = 0, to = 0, head = 0; at < file.byteLength; at += 136, to += 32, head += 2) {
      scales[head] = file.getUint32(at, true);
      scales[head + 1] = file.getUint32(at + 4, true);
      for (let i = 0; i < 8; i++) copyWords(file, at + 8 + 16 * i, quants, to + 4 * i);
    }
  },
  value({ quants, scales }, block, i) {
    const head = 2 * (block >> 3);
    const high = bitsAt(scales, head, 2, 8 + (block & 7));
    const scale = bitsAt(scales, head + 1, 4, block & 7) | (high << 4);
    return halfAt(scales, 2 * head) * (scale - 32) * IQ4_VALUES[nibbleAt(quants, 4 * block, i)];
  },
  setScale(bytes, at, magnitude) {
    setHalf(bytes, at, magnitude / (32 * 127));
  },
};
