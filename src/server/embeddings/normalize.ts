/** Largest value of an int16 embedding, with a margin. */
const INT16_RANGE = 32760;

/**
 * Divides an embedding by its norm, as llama.cpp's `common_embd_normalize` does. -1 does nothing, 0 scales the largest value to
 * the int16 range, any other p divides by the p-norm (1: sum of magnitudes, 2: Euclidean length). A zero vector stays zero.
 */
export function normalized(vector: Float32Array, p: number): Float32Array {
  const divisor = norm(vector, p);
  const scale = divisor > 0 ? Math.fround(1 / divisor) : 0;
  return vector.map(value => value * scale);
}

function norm(vector: Float32Array, p: number): number {
  switch (p) {
    case -1:
      return 1;
    case 0:
      return vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / INT16_RANGE;
    case 2:
      return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    default:
      return vector.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p);
  }
}
