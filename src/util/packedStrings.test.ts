import { describe, expect, it } from 'vitest';
import { PackedStrings } from './packedStrings.ts';

describe('PackedStrings', () => {
  it.each([[[]], [['']], [['a', '', '日本', '\uFEFF▁🙂', 'x'.repeat(10_000)]]])('gives %j back', strings => {
    const packed = PackedStrings.of(strings);
    expect([...packed]).toEqual(strings);
    expect(packed).toHaveLength(strings.length);
    expect(strings.map((_, i) => packed.at(i))).toEqual(strings);
  });

  it('has no strings outside its range', () => {
    expect(PackedStrings.of(['a']).at(1)).toBe(undefined);
    expect(PackedStrings.of(['a']).at(-1)).toBe(undefined);
  });

  it('finds a string', () => {
    const packed = PackedStrings.of(['ab', 'b', '日', 'b']);
    expect(['b', '日', '', 'a'].map(text => packed.indexOf(text))).toEqual([1, 2, -1, -1]);
  });

  it('compares strings at the same index byte by byte', () => {
    const packed = PackedStrings.of(['x', 'ab', 'c']);
    const other = PackedStrings.of(['longer', 'ab', 'd']);
    expect([0, 1, 2].map(i => packed.equal(i, other))).toEqual([false, true, false]);
  });
});
