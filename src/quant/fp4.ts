/** Twice the magnitudes of a float of one sign bit, two of exponent and one of mantissa. */
const MAGNITUDES = [0, 1, 2, 3, 4, 6, 8, 12] as const;

/**
 * Nibbles of such floats, sign above magnitude, as codes on the GPU: 8 plus the number of the magnitude, or 8 minus it. Both zeros
 * become one: ggml's table has no negative zero.
 */
export function fp4Codes(word: number): number {
  const signs = (word >>> 3) & 0x11111111;
  const negative = Math.imul(signs, 15);
  return (word ^ negative) + signs + (~negative & 0x88888888);
}

/** Twice the value of a code. */
export function fp4Value(code: number): number {
  return code < 8 ? -MAGNITUDES[8 - code] : MAGNITUDES[code - 8];
}
