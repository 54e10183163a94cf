// Fields of a few bits, one in each byte of a word, on their way from the file to where a block of the GPU has them.

const LOW = 0x0f0f0f0f;
const HIGH = 0xf0f0f0f0;

/**
 * Nibbles of two blocks become a block each: in the file, from word `at` on, byte j of eight words is value j of one block below
 * value j of the other; on the GPU, from words `low` and `high` on, byte j of four words is value j below value j+16.
 */
export function splitNibbles(
  file: Uint32Array,
  at: number,
  quants: Uint32Array,
  low: number,
  high: number,
): void {
  for (let i = 0; i < 4; i++) {
    const first = file[at + i];
    const second = file[at + i + 4];
    quants[low + i] = (first & LOW) | ((second & LOW) << 4);
    quants[high + i] = ((first >>> 4) & LOW) | (second & HIGH);
  }
}

/** Bit `bit` of the bytes of a word, side by side. */
function gatherBits(word: number, bit: number): number {
  return Math.imul((word >>> bit) & 0x01010101, 0x10204080) >>> 28;
}

/** The two bits from `bit` on of the bytes of a word, side by side. */
function gatherPairs(word: number, bit: number): number {
  return Math.imul((word >>> bit) & 0x03030303, 0x01041040) >>> 24;
}

/** Bits `bit` of the bytes of eight words: a word of a bit for each value. */
export function gatherBlockBits(file: Uint32Array, at: number, bit: number): number {
  let word = 0;
  for (let i = 0; i < 8; i++) word |= gatherBits(file[at + i], bit) << (4 * i);
  return word;
}

/** Two bits from `bit` on of the bytes of four words: a word of two bits for each value. */
export function gatherBlockPairs(file: Uint32Array, at: number, bit: number): number {
  return (
    gatherPairs(file[at], bit) |
    (gatherPairs(file[at + 1], bit) << 8) |
    (gatherPairs(file[at + 2], bit) << 16) |
    (gatherPairs(file[at + 3], bit) << 24)
  );
}
