import { describe, expect, it } from 'vitest';
import { decodeSlotFile, encodeSlotFile } from './slotFile.ts';

const saved = { tokens: [1, 70_000, 3], cache: Uint8Array.of(9, 8, 7) };

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

describe('the file of a slot', () => {
  it('the file has llama.cpp’s layout', () => {
    const file = encodeSlotFile(saved);
    const head = words(0x67677371, 3, 7, -1, 1, 3, 1, 70_000, 3, 0);
    expect(file).toEqual(Uint8Array.of(...head, 9, 8, 7));
  });

  it('the file is read back, also from the middle of a buffer', () => {
    expect(decodeSlotFile(encodeSlotFile(saved))).toEqual(saved);
    const inside = Uint8Array.of(0, ...encodeSlotFile(saved)).subarray(1);
    expect(decodeSlotFile(inside)).toEqual(saved);
  });

  it('the payload may be the tokens alone', () => {
    const file = Uint8Array.of(...words(0x67677371, 3, 2, 5, 6), 9);
    expect(decodeSlotFile(file)).toEqual({ tokens: [5, 6], cache: Uint8Array.of(9) });
  });

  it.each([
    ['nothing', words()],
    ['half a header', words(0x67677371, 3)],
    ['another magic', words(0x67677372, 3, 1, 5)],
    ['another version', words(0x67677371, 2, 1, 5)],
    ['fewer words than it says', words(0x67677371, 3, 2, 5)],
    ['a number of words that no file has', words(0x67677371, 3, -1, 5)],
    ['another packed version', words(0x67677371, 3, 4, -1, 2, 0, 0)],
    ['fewer tokens than it says', words(0x67677371, 3, 4, -1, 1, 2, 0)],
    ['media', words(0x67677371, 3, 5, -1, 1, 1, 7, 1)],
  ])('a damaged file is rejected: %s', (_, file) => {
    expect(decodeSlotFile(file)).toBe(null);
  });
});
