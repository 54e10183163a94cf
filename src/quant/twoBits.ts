import { packTwoBits, twoBitQuad, valueInQuad } from './quads.ts';

/** Values of two bits of a super-block, from word `at` of the file on: bit pair g of byte j of 32 is value j of block g of four. */
export function repackPairs(file: Uint32Array, at: number, quants: Uint32Array, superBlock: number): void {
  const quads = new Uint32Array(8);
  for (let block = 0; block < 8; block++) {
    const from = at + 8 * (block >> 2);
    for (let q = 0; q < 8; q++) quads[q] = (file[from + q] >>> (2 * (block & 3))) & 0x03030303;
    packTwoBits(quads, quants.subarray(2 * (8 * superBlock + block)));
  }
}

/** Value `i` of such a block on the GPU. */
export function twoBitsAt(quants: Uint32Array, block: number, i: number): number {
  return valueInQuad(
    twoBitQuad(index => quants[2 * block + index], i >> 2),
    i,
  );
}
