import { describe, expect, it } from 'vitest';
import { buildDryBreakers } from './dryBreakers.ts';

const pieces = ['a', 'b', '\n', 'a\n', 'ab', 'xa', 'xab', 'ba', 'é'].map(text =>
  new TextEncoder().encode(text),
);

/** Encodes each byte as one token, its value. */
const encode = (bytes: Uint8Array): number[] => [...bytes];

describe('buildDryBreakers', () => {
  it('lets a token that contains the breaker break by itself', () => {
    expect([...buildDryBreakers(['\n'], pieces, encode)]).toEqual([
      [2, [[]]],
      [3, [[]]],
    ]);
  });

  it('requires the remaining tokens after a token that ends with the start of a breaker', () => {
    expect(buildDryBreakers(['abc'], pieces, encode)).toEqual(
      new Map([
        [0, [[98, 99]]],
        [4, [[99]]],
        [5, [[98, 99]]],
        [6, [[99]]],
        [7, [[98, 99]]],
      ]),
    );
  });

  it('finds every start of a breaker that a token ends with, and merges breakers', () => {
    const map = buildDryBreakers(['aab', 'ac'], [new TextEncoder().encode('aa')], encode);
    expect(map.get(0)).toEqual([[98], [97, 98], [99]]);
  });

  it('works on bytes, so that a token may end within a character', () => {
    const [first, second] = new TextEncoder().encode('é');
    expect(buildDryBreakers(['é'], [Uint8Array.of(first)], encode).get(0)).toEqual([[second]]);
  });

  it('skips empty breakers and cuts long ones and long tails', () => {
    expect(buildDryBreakers([''], pieces, encode).size).toBe(0);
    const tails = buildDryBreakers([`b${'z'.repeat(80)}`], pieces, encode).get(1);
    expect(tails).toEqual([new Array<number>(20).fill(122)]);
    expect(buildDryBreakers(['é'.repeat(40)], pieces, bytes => [bytes.length]).get(8)).toEqual([[38]]);
  });
});
