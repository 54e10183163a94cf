// A quad is four values in the bytes of a word: quad q of a block has the values 4q to 4q + 3. Eight quads of a few bits fill fewer
// words: as many as the bits of a value, of 32 bits each. The first ones are where a mask finds them, and the last ones are
// what bits are left of several words. So shaders need few shifts, see shaders/lib/byte_block.wgsl.

/** Words of a block, by number. */
type WordAt = (index: number) => number;

/** A byte in each of four. */
function all(byte: number): number {
  return Math.imul(byte, 0x01010101);
}

/** Eight quads of two bits in two words, four each. */
export function packTwoBits(quads: Uint32Array, to: Uint32Array): void {
  to[0] = quads[0] | (quads[1] << 2) | (quads[2] << 4) | (quads[3] << 6);
  to[1] = quads[4] | (quads[5] << 2) | (quads[6] << 4) | (quads[7] << 6);
}

/** Where value `i` is in its half of them. */
export function twoBitShift(i: number): number {
  return 8 * (i & 3) + 2 * ((i >> 2) & 3);
}

export function twoBitQuad(word: WordAt, quad: number): number {
  return (word(quad >> 2) >>> (2 * (quad & 3))) & all(3);
}

/** Eight quads of three bits in three words: two in each, and two in the upper two bits. */
export function packThreeBits(quads: Uint32Array, to: Uint32Array): void {
  const [sixth, seventh] = [quads[6], quads[7]];
  to[0] = quads[0] | (quads[3] << 3) | ((sixth & all(3)) << 6);
  to[1] = quads[1] | (quads[4] << 3) | ((sixth & all(4)) << 4) | ((seventh & all(4)) << 5);
  to[2] = quads[2] | (quads[5] << 3) | ((seventh & all(3)) << 6);
}

export function threeBitQuad(word: WordAt, quad: number): number {
  if (quad < 3) return word(quad) & all(7);
  if (quad < 6) return (word(quad - 3) >>> 3) & all(7);
  const low = (word(quad === 6 ? 0 : 2) >>> 6) & all(3);
  return low | ((word(1) >>> (quad === 6 ? 4 : 5)) & all(4));
}

/** Eight quads of five bits in five words: one in each, and three in the upper three bits. */
export function packFiveBits(quads: Uint32Array, to: Uint32Array): void {
  const [fifth, sixth, seventh] = [quads[5], quads[6], quads[7]];
  to[0] = quads[0] | ((fifth & all(7)) << 5);
  to[1] = quads[1] | ((fifth & all(24)) << 2) | ((seventh & all(8)) << 4);
  to[2] = quads[2] | ((sixth & all(7)) << 5);
  to[3] = quads[3] | ((sixth & all(24)) << 2) | ((seventh & all(16)) << 3);
  to[4] = quads[4] | ((seventh & all(7)) << 5);
}

export function fiveBitQuad(word: WordAt, quad: number): number {
  if (quad < 5) return word(quad) & all(31);
  const low = (word(2 * (quad - 5)) >>> 5) & all(7);
  if (quad < 7) return low | ((word(2 * quad - 9) >>> 2) & all(24));
  return low | ((word(1) >>> 4) & all(8)) | ((word(3) >>> 3) & all(16));
}

/** Eight quads of six bits in six words: one in each, and two in the upper two bits. */
export function packSixBits(quads: Uint32Array, to: Uint32Array): void {
  for (let i = 0; i < 2; i++) {
    const last = quads[6 + i];
    to[3 * i] = quads[3 * i] | ((last & all(3)) << 6);
    to[3 * i + 1] = quads[3 * i + 1] | ((last & all(12)) << 4);
    to[3 * i + 2] = quads[3 * i + 2] | ((last & all(48)) << 2);
  }
}

export function sixBitQuad(word: WordAt, quad: number): number {
  if (quad < 6) return word(quad) & all(63);
  const from = quad === 6 ? 0 : 3;
  const high = ((word(from + 1) >>> 4) & all(12)) | ((word(from + 2) >>> 2) & all(48));
  return ((word(from) >>> 6) & all(3)) | high;
}

/** Value `i` of a block, of its quad. */
export function valueInQuad(quad: number, i: number): number {
  return (quad >>> (8 * (i & 3))) & 255;
}
