import { ROUNDINGS, type Rounding } from './fma32.ts';

const CLASSES = 16;
const BLOCK = 32;

/**
 * Dot product of `k` float32 values in the order of docs/exactness.md, for weights that have no scale, on an adapter whose `fma`
 * has this rounding. Values beyond the end count as zeros of a last block.
 */
export function canonicalDot(
  weight: Float32Array,
  weightFrom: number,
  x: Float32Array,
  xFrom: number,
  k: number,
  rounding: Rounding,
): number {
  const fma = ROUNDINGS[rounding];
  const nBlocks = Math.ceil(k / BLOCK);
  let sum = 0;
  for (let first = 0; first < CLASSES; first++) {
    let ofClass = 0;
    for (let block = first; block < nBlocks; block += CLASSES) {
      const end = k - BLOCK * block;
      let part = 0;
      for (let j = 0; j < BLOCK; j++) {
        const i = storageOrder(j);
        const at = BLOCK * block + i;
        part = i < end ? fma(weight[weightFrom + at], x[xFrom + at], part) : part;
      }
      ofClass = fma(1, part, ofClass);
    }
    sum = Math.fround(sum + ofClass);
  }
  return sum;
}

/** Number of the j-th value of a block to be added: quads 0, 4, 1, 5, 2, 6, 3, 7. */
function storageOrder(j: number): number {
  return 4 * (j >> 3) + (j & 4) * 4 + (j & 3);
}
