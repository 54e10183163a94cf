import { bitsAt } from './bits.ts';

/**
 * Scale and minimum of block `block` of a super-block of Q4_K or Q5_K, six bits each, of the twelve bytes from word `at` on: those
 * of the blocks 0..3 are the low six bits of the first four bytes and of the next four; those of the others have their low four
 * bits in the last four bytes, and the high two above the former.
 */
export function sixBitPair(words: Uint32Array, at: number, block: number): { scale: number; min: number } {
  const byte = (index: number) => bitsAt(words, at, 8, index);
  if (block < 4) return { scale: byte(block) & 63, min: byte(block + 4) & 63 };
  const low = byte(block + 4);
  return {
    scale: (low & 15) | ((byte(block - 4) >> 6) << 4),
    min: (low >> 4) | ((byte(block) >> 6) << 4),
  };
}
