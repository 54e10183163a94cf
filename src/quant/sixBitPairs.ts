const LOW_SIX = 0x3f3f3f3f;
const LOW_FOUR = 0x0f0f0f0f;
const HIGH_TWO = 0x30303030;

/**
 * Unpacks the six-bit scales and minima of a super-block of Q4_K or Q5_K: from the twelve bytes at `from` of the file to 16
 * bytes, a scale and a minimum for each block. For blocks 0..3 they are the low six bits of the first four bytes (scales) and of
 * the next four (minima). For the other blocks the low four bits are in the last four bytes, the minimum's above the scale's, and
 * the high two bits are above the six of blocks 0..3.
 */
export function splitSixBitPairs(file: DataView, from: number, scales: Uint32Array, to: number): void {
  const first = file.getUint32(from, true);
  const second = file.getUint32(from + 4, true);
  const third = file.getUint32(from + 8, true);
  interleave(first & LOW_SIX, second & LOW_SIX, scales, to);
  const scale = (third & LOW_FOUR) | ((first >>> 2) & HIGH_TWO);
  const min = ((third >>> 4) & LOW_FOUR) | ((second >>> 2) & HIGH_TWO);
  interleave(scale, min, scales, to + 2);
}

/** Interleaves the bytes of two words. */
function interleave(a: number, b: number, to: Uint32Array, at: number): void {
  to[at] = (a & 0xff) | ((b & 0xff) << 8) | ((a & 0xff00) << 8) | ((b & 0xff00) << 16);
  to[at + 1] = ((a >>> 16) & 0xff) | ((b >>> 8) & 0xff00) | ((a >>> 8) & 0xff0000) | (b & 0xff000000);
}
