import { halvesOf } from './bits.ts';

/**
 * Calls `visit` with each super-block of `blockBytes`, an even number, as the words of `file`: where a super-block is no
 * whole number of words, every other one would begin between two. `file` is only good until `visit` returns.
 */
export function eachSuperBlock(
  rows: Uint8Array,
  blockBytes: number,
  visit: (file: Uint32Array, superBlock: number) => void,
): void {
  const halves = halvesOf(rows);
  const length = blockBytes / 2;
  const words = new Uint32Array(Math.ceil(blockBytes / 4));
  const copy = new Uint16Array(words.buffer);
  for (let from = 0, superBlock = 0; from < halves.length; from += length, superBlock++) {
    for (let i = 0; i < length; i++) copy[i] = halves[from + i];
    visit(words, superBlock);
  }
}
