// A quad is four values in the bytes of a word: quad q of a block has the values 4q to 4q + 3. Eight quads of n-bit values fill n
// words of 32 bits. The first quads can be extracted with a mask; the last ones are assembled from the remaining bits of several
// words. So shaders need few shifts, see shaders/lib/byte_block.wgsl.

/** Returns a word of a block by its index. */
type WordAt = (index: number) => number;

/** Repeats a byte in all four bytes of a word. */
function all(byte: number): number {
  return Math.imul(byte, 0x01010101);
}

/** Packs eight quads of two bits in two words, four each. */
export function packTwoBits(quads: Uint32Array, to: Uint32Array, at: number): void {
  to[at] = quads[0] | (quads[1] << 2) | (quads[2] << 4) | (quads[3] << 6);
  to[at + 1] = quads[4] | (quads[5] << 2) | (quads[6] << 4) | (quads[7] << 6);
}

export function twoBitQuad(word: WordAt, quad: number): number {
  return (word(quad >> 2) >>> (2 * (quad & 3))) & all(3);
}

/**
 * Packs eight quads of three bits in three words: two in each, and two in the upper two bits. Writes two words and returns the
 * third.
 */
export function packThreeBits(quads: Uint32Array, to: Uint32Array, at: number): number {
  const [sixth, seventh] = [quads[6], quads[7]];
  to[at] = quads[0] | (quads[3] << 3) | ((sixth & all(3)) << 6);
  to[at + 1] = quads[1] | (quads[4] << 3) | ((sixth & all(4)) << 4) | ((seventh & all(4)) << 5);
  return quads[2] | (quads[5] << 3) | ((seventh & all(3)) << 6);
}

export function threeBitQuad(word: WordAt, quad: number): number {
  if (quad < 3) return word(quad) & all(7);
  if (quad < 6) return (word(quad - 3) >>> 3) & all(7);
  const low = (word(quad === 6 ? 0 : 2) >>> 6) & all(3);
  return low | ((word(1) >>> (quad === 6 ? 4 : 5)) & all(4));
}

/** Packs eight quads of four bits in four words, two each. */
export function packFourBits(quads: Uint32Array, to: Uint32Array, at: number): void {
  to[at] = quads[0] | (quads[4] << 4);
  to[at + 1] = quads[1] | (quads[5] << 4);
  to[at + 2] = quads[2] | (quads[6] << 4);
  to[at + 3] = quads[3] | (quads[7] << 4);
}

/**
 * Packs eight quads of five bits in five words: one in each, and three in the upper three bits. Writes four words and returns the
 * fifth.
 */
export function packFiveBits(quads: Uint32Array, from: number, to: Uint32Array, at: number): number {
  const fifth = quads[from + 5];
  const sixth = quads[from + 6];
  const seventh = quads[from + 7];
  to[at] = quads[from] | ((fifth & all(7)) << 5);
  to[at + 1] = quads[from + 1] | ((fifth & all(24)) << 2) | ((seventh & all(8)) << 4);
  to[at + 2] = quads[from + 2] | ((sixth & all(7)) << 5);
  to[at + 3] = quads[from + 3] | ((sixth & all(24)) << 2) | ((seventh & all(16)) << 3);
  return quads[from + 4] | ((seventh & all(7)) << 5);
}

export function fiveBitQuad(word: WordAt, quad: number): number {
  if (quad < 5) return word(quad) & all(31);
  const low = (word(2 * (quad - 5)) >>> 5) & all(7);
  if (quad < 7) return low | ((word(2 * quad - 9) >>> 2) & all(24));
  return low | ((word(1) >>> 4) & all(8)) | ((word(3) >>> 3) & all(16));
}

/**
 * Packs eight quads of six bits in six words: one in each, and two in the upper two bits. Four words go to `to`, two to `rest`.
 */
export function packSixBits(
  quads: Uint32Array,
  from: number,
  to: Uint32Array,
  at: number,
  rest: Uint32Array,
  restAt: number,
): void {
  const sixth = quads[from + 6];
  const seventh = quads[from + 7];
  to[at] = quads[from] | ((sixth & all(3)) << 6);
  to[at + 1] = quads[from + 1] | ((sixth & all(12)) << 4);
  to[at + 2] = quads[from + 2] | ((sixth & all(48)) << 2);
  to[at + 3] = quads[from + 3] | ((seventh & all(3)) << 6);
  rest[restAt] = quads[from + 4] | ((seventh & all(12)) << 4);
  rest[restAt + 1] = quads[from + 5] | ((seventh & all(48)) << 2);
}

export function sixBitQuad(word: WordAt, quad: number): number {
  if (quad < 6) return word(quad) & all(63);
  const from = quad === 6 ? 0 : 3;
  const high = ((word(from + 1) >>> 4) & all(12)) | ((word(from + 2) >>> 2) & all(48));
  return ((word(from) >>> 6) & all(3)) | high;
}

/** Value `i` of a block, from its quad. */
export function valueInQuad(quad: number, i: number): number {
  return (quad >>> (8 * (i & 3))) & 255;
}
