import { twoBitQuad, valueInQuad } from './quads.ts';

/** Mask of two bits in each byte of a word. */
const PAIRS = 0x03030303;

/**
 * Repacks the two-bit values of a super-block, from byte `at` of the file on: bit pair g of byte j of 32 is value j of block g of
 * four. On the GPU a block is two words, see `packTwoBits`.
 */
export function repackPairs(file: DataView, at: number, quants: Uint32Array, superBlock: number): void {
  for (let half = 0; half < 2; half++) {
    for (let word = 0; word < 2; word++) {
      const from = at + 32 * half + 16 * word;
      const first = file.getUint32(from, true);
      const second = file.getUint32(from + 4, true);
      const third = file.getUint32(from + 8, true);
      const fourth = file.getUint32(from + 12, true);
      for (let block = 0; block < 4; block++) {
        const shift = 2 * block;
        quants[2 * (8 * superBlock + 4 * half + block) + word] =
          ((first >>> shift) & PAIRS) |
          (((second >>> shift) & PAIRS) << 2) |
          (((third >>> shift) & PAIRS) << 4) |
          (((fourth >>> shift) & PAIRS) << 6);
      }
    }
  }
}

/** Value `i` of such a block on the GPU. */
export function twoBitsAt(quants: Uint32Array, block: number, i: number): number {
  return valueInQuad(
    twoBitQuad(index => quants[2 * block + index], i >> 2),
    i,
  );
}
