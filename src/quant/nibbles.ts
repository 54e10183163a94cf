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
