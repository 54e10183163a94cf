import { describe, expect, it } from 'vitest';
import { BREAK, TokenLog } from './tokenLog.ts';

function logOf(limit: number, ...texts: readonly (readonly number[])[]): TokenLog {
  const log = new TokenLog(limit);
  for (const text of texts) {
    log.break();
    for (const token of text) log.append(token);
  }
  return log;
}

/** Tokens behind each occurrence of `token`, up to the end of its text. */
function continuations(log: TokenLog, token: number, nMax = 100): number[][] {
  return log.positionsAfter(token, nMax).map(position => {
    const tokens: number[] = [];
    for (let at = position; log.at(at) !== undefined; at++) tokens.push(log.at(at) ?? -1);
    return tokens;
  });
}

describe('TokenLog', () => {
  it.each<[string, TokenLog, number[][]]>([
    ['nothing in an empty log', logOf(8), []],
    ['nothing for a token that never occurred', logOf(8, [1, 2, 3]), []],
    ['what followed, the newest first', logOf(8, [7, 1, 2, 7, 3]), [[3], [1, 2, 7, 3]]],
    ['no further than the end of a text', logOf(8, [7, 1], [2, 7, 3]), [[3], [1]]],
    ['an occurrence that nothing follows yet', logOf(8, [1, 7]), [[]]],
    ['only what it remembers', logOf(4, [7, 1, 2, 7, 3, 4]), [[3, 4]]],
    ['nothing that has left', logOf(4, [7, 1, 2, 3, 4]), []],
    ['a token that has returned after it had left', logOf(4, [7, 1, 2, 3, 4, 7, 5]), [[5]]],
  ])('finds %s', (_, log, expected) => {
    expect(continuations(log, 7)).toEqual(expected);
  });

  it('finds no more occurrences than wanted', () => {
    expect(continuations(logOf(8, [7, 1, 7, 2, 7, 3]), 7, 2)).toEqual([[3], [2, 7, 3]]);
  });

  it.each<[string, TokenLog, number[]]>([
    ['nothing of an empty log', logOf(4), []],
    ['all of several texts', logOf(8, [1, 2], [3]), [1, 2, BREAK, 3]],
    ['the newest, the oldest of them first', logOf(4, [1, 2, 3, 4, 5, 6]), [3, 4, 5, 6]],
  ])('copies %s', (_, log, expected) => {
    expect([...log.toArray()]).toEqual(expected);
  });

  it.each([1000, 1024, 1025, 5000])(
    'agrees with a search of all tokens that it remembers, limit %d',
    limit => {
      const size = 2 ** Math.ceil(Math.log2(limit));
      const log = new TokenLog(limit);
      const all: number[] = [];
      for (let i = 0, state = 7; i < 9000; i++) {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        log.append((state >> 16) % 50);
        all.push((state >> 16) % 50);
      }
      const kept = all.map((token, at) => ({ token, at })).slice(-size);
      for (const token of [0, 17, 49]) {
        const expected = kept.filter(other => other.token === token).map(({ at }) => at + 1);
        expect(log.positionsAfter(token, Number.POSITIVE_INFINITY)).toEqual(expected.reverse());
      }
      expect(log.at(all.length - size)).toBe(all[all.length - size]);
      expect(log.at(all.length - size - 1)).toBeUndefined();
    },
  );
});
