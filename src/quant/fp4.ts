/** Twice the magnitudes of a float with one sign bit, two exponent bits and one mantissa bit. */
const MAGNITUDES = [0, 1, 2, 3, 4, 6, 8, 12] as const;

/**
 * Converts nibbles of such floats (sign above magnitude) to GPU codes: 8 plus or minus the index of the magnitude. Both zeros
 * become one, because ggml's table has no negative zero.
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
