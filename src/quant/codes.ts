import { bitsAt, halfAt, nibbleAt } from './bits.ts';
import type { WeightRecord } from './weightRecord.ts';

// Weight types with few distinct values are stored as 4-bit codes on the GPU, without their grids. Codes 8 and up are the
// magnitudes; the negative of a magnitude has the complement of its code. Each 16 values have a factor.

/**
 * Layout and values of these types: per block four words of quants, nibbles in Q4_0's order; per super-block five words of
 * scales: d, then 16 bytes of factors. A value is d · factor · `numberOf` its code.
 */
export function codedLayout(numberOf: (code: number) => number): Pick<WeightRecord, 'words' | 'value'> {
  return {
    words: { quants: 4, scales: 0.625 },
    value({ quants, scales }, block, i) {
      const head = 5 * (block >> 3);
      const factor = bitsAt(scales, head + 1, 8, 2 * (block & 7) + (i >> 4));
      return halfAt(scales, 2 * head) * factor * numberOf(nibbleAt(quants, 4 * block, i));
    },
  };
}

/** Maps codes to signed values of these magnitudes. */
export function signedMagnitude(magnitudes: readonly number[]): (code: number) => number {
  return code => (code < 8 ? -magnitudes[7 - code] : magnitudes[code - 8]);
}

/** Writes the d of a super-block. */
export function setD(scales: Uint32Array, superBlock: number, bits: number): void {
  scales[5 * superBlock] = bits;
}

/** Writes the factors of the two halves of a block, after those of the block before. */
export function setFactors(scales: Uint32Array, block: number, low: number, high: number): void {
  const at = 5 * (block >> 3) + 1 + ((block & 7) >> 1);
  const pair = low | (high << 8);
  scales[at] = (block & 1) === 0 ? pair : scales[at] | (pair << 16);
}

/**
 * Decodes the points of a grid to codes, a byte each: two words for a point of eight coordinates, one for a point of four.
 * Coordinate c becomes `first` + `step` · c.
 */
export function codesOfGrid(base64: string, coordinates: 8 | 4, first: number, step: number): Uint32Array {
  const bytes = Uint8Array.from(atob(base64), char => char.charCodeAt(0));
  const bits = coordinates === 8 ? 2 : 3;
  const perPoint = coordinates / 4;
  const words = new Uint32Array((bytes.length / 2) * perPoint);
  for (let point = 0; point < bytes.length / 2; point++) {
    const packed = bytes[2 * point] | (bytes[2 * point + 1] << 8);
    for (let i = 0; i < coordinates; i++) {
      const code = first + step * ((packed >> (bits * i)) & (2 ** bits - 1));
      words[point * perPoint + (i >> 2)] |= code << (8 * (i & 3));
    }
  }
  return words;
}

/** Mask that turns codes into those of their negatives: sets the low half of byte j of a word if bit j of four signs is set. */
export function complements(signs: number): number {
  return Math.imul(Math.imul(signs & 15, 0x00204081) & 0x01010101, 15);
}

/** Expands seven bits to eight signs; the last one makes the number of set bits even. */
export function evenSigns(seven: number): number {
  let parity = seven ^ (seven >> 4);
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return seven | ((parity & 1) << 7);
}
