import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../util/packedStrings.ts';
import { TextTable } from './textTable.ts';

const utf8 = new TextEncoder();

/** Calls `lookup` with the bytes of `text`. */
function within<T>(text: string, lookup: (bytes: Uint8Array, length: number) => T): T {
  const bytes = utf8.encode(text);
  return lookup(bytes, bytes.length);
}

describe('TextTable', () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `${i.toString(36)}▁${i % 7}`);

  it('finds each of many texts, and none that is absent', () => {
    const table = new TextTable(PackedStrings.of(texts));
    for (const [i, text] of texts.entries()) {
      expect(within(text, (bytes, length) => table.find(bytes, 0, length))).toBe(i);
      expect(within(`${text}!`, (bytes, length) => table.find(bytes, 0, length))).toBe(-1);
    }
    expect(table.repeated).toBe(null);
  });

  it('finds a text in the middle of others', () => {
    const table = new TextTable(PackedStrings.of(['ab', 'abc']));
    expect(within('xabcx', bytes => table.find(bytes, 1, 3))).toBe(0);
    expect(within('xabcx', bytes => table.find(bytes, 1, 4))).toBe(1);
    expect(within('xabcx', bytes => table.find(bytes, 1, 5))).toBe(-1);
  });

  const pairs: [string, number, number][] = [
    ['ab', 1, 0],
    ['abc', 2, 1],
    ['abc', 1, 2],
    ['ac', 1, -1],
  ];
  it.each(pairs)(
    'finds the halves of %s, cut at %i, with a space between as text %i',
    (text, middle, index) => {
      const table = new TextTable(PackedStrings.of(['a b', 'ab c', 'a bc', 'abc']));
      expect(within(text, (bytes, length) => table.findPair(bytes, 0, middle, length))).toBe(index);
    },
  );

  const longest: [string, number][] = [
    ['abcd', 2],
    ['abxd', 0],
    ['xabc', -1],
  ];
  it.each(longest)('finds the longest text at the beginning of %s: text %i', (text, index) => {
    const table = new TextTable(PackedStrings.of(['ab', 'abcdef', 'abcd', 'b']));
    expect(within(text, (bytes, length) => table.findLongest(bytes, 0, length))).toBe(index);
  });

  it('reports a repeated text, and keeps the first', () => {
    const table = new TextTable(PackedStrings.of(['a', 'b', 'a']));
    expect(table.repeated).toEqual([0, 2]);
    expect(within('a', bytes => table.find(bytes, 0, 1))).toBe(0);
  });

  it('finds nothing in an empty table', () => {
    expect(within('a', bytes => new TextTable(PackedStrings.of([])).find(bytes, 0, 1))).toBe(-1);
  });
});
