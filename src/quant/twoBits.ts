import { bitsAt } from './bits.ts';
import { gatherBlockPairs } from './nibbles.ts';

/** Words on the GPU per block of 32 values of two bits each. */
export const PAIR_WORDS = 2;

/**
 * Values of two bits of a super-block: in the file byte j of eight words has value j of four blocks; on the GPU a block is two
 * words, 16 values each.
 */
export function splitPairs(file: Uint32Array, at: number, quants: Uint32Array, firstBlock: number): void {
  for (let block = 0; block < 8; block++) {
    const from = at + 8 * (block >> 2);
    const to = PAIR_WORDS * (firstBlock + block);
    quants[to] = gatherBlockPairs(file, from, 2 * (block & 3));
    quants[to + 1] = gatherBlockPairs(file, from + 4, 2 * (block & 3));
  }
}

export function pairAt(quants: Uint32Array, block: number, i: number): number {
  return bitsAt(quants, PAIR_WORDS * block, 2, i);
}
