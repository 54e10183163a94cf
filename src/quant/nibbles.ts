const LOW = 0x0f0f0f0f;
const HIGH = 0xf0f0f0f0;

/** Copies four words unchanged, from byte `at` of the file. */
export function copyWords(file: DataView, at: number, quants: Uint32Array, to: number): void {
  quants[to] = file.getUint32(at, true);
  quants[to + 1] = file.getUint32(at + 4, true);
  quants[to + 2] = file.getUint32(at + 8, true);
  quants[to + 3] = file.getUint32(at + 12, true);
}

/**
 * Splits the nibbles of two blocks: in 32 bytes of the file from `at` on, byte j holds value j of one block in the low half and
 * value j of the next in the high half.
 */
export function splitNibbles(file: DataView, at: number, quants: Uint32Array, to: number): void {
  for (let i = 0; i < 4; i++) {
    const first = file.getUint32(at + 4 * i, true);
    const second = file.getUint32(at + 4 * i + 16, true);
    quants[to + i] = (first & LOW) | ((second & LOW) << 4);
    quants[to + i + 4] = ((first >>> 4) & LOW) | (second & HIGH);
  }
}
