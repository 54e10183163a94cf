import { bitsAt } from './bits.ts';
import { copyRows, type WeightRecord } from './weightRecord.ts';

/** Words of a block of 32 values of 16 bits. */
const BLOCK_WORDS = 16;

const copyHalves = copyRows(2);

/**
 * Repacks whole rows of values of 16 bits. Vector v of a block has its quads v and 4 + v: a step of a product multiplies both, so
 * it loads one vector.
 */
export const repackHalves: WeightRecord['repack'] = (file, k, to) => {
  copyHalves(file, k, to);
  const { quants } = to;
  for (let block = 0; block < quants.length; block += BLOCK_WORDS) pairQuads(quants, block);
};

/** Bits of value `i` of a block. */
export function halfBitsAt(quants: Uint32Array, block: number, i: number): number {
  const vector = (i >> 2) & 3;
  return bitsAt(quants, BLOCK_WORDS * block + 4 * vector + 2 * (i >> 4), 16, i & 3);
}

/** Reorders the quads 0…7 of a block, two words each, to 0, 4, 1, 5, 2, 6, 3, 7. */
function pairQuads(words: Uint32Array, at: number): void {
  const second = words[at + 2];
  const secondHigh = words[at + 3];
  const third = words[at + 4];
  const thirdHigh = words[at + 5];
  const fourth = words[at + 6];
  const fourthHigh = words[at + 7];
  words[at + 2] = words[at + 8];
  words[at + 3] = words[at + 9];
  words[at + 6] = words[at + 10];
  words[at + 7] = words[at + 11];
  words[at + 10] = words[at + 12];
  words[at + 11] = words[at + 13];
  words[at + 4] = second;
  words[at + 5] = secondHigh;
  words[at + 8] = third;
  words[at + 9] = thirdHigh;
  words[at + 12] = fourth;
  words[at + 13] = fourthHigh;
}
