import { halfAt } from './bits.ts';
import { setHalf } from './encode.ts';
import { twoBitsAt } from './twoBits.ts';
import { Q2_K } from './types/Q2_K.ts';
import type { WeightRecord } from './weightRecord.ts';

/** Scales and minima of one for each 16 values. */
const ONES = 0x11111111;

/**
 * Common layout of TQ1_0 and TQ2_0. On the GPU they are Q2_K blocks with the value d · q - d; in the file d is at byte `dAt` of a
 * super-block.
 */
export function ternary(dAt: number): Pick<WeightRecord, 'words' | 'value' | 'setScale'> {
  return {
    words: Q2_K.words,
    value: ({ quants, scales }, block, i) =>
      (twoBitsAt(quants, block, i) - 1) * halfAt(scales, 10 * (block >> 3)),
    setScale(bytes, at, magnitude) {
      setHalf(bytes, at + dAt, magnitude);
    },
  };
}

/** Writes the scales of a super-block with this d. */
export function setTernaryScales(scales: Uint32Array, superBlock: number, d: number): void {
  scales[5 * superBlock] = d | (d << 16);
  scales.fill(ONES, 5 * superBlock + 1, 5 * superBlock + 5);
}
