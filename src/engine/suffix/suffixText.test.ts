import { describe, expect, it } from 'vitest';
import { MatchOdds } from './matchOdds.ts';
import { SuffixText } from './suffixText.ts';
import { TokenLog } from './tokenLog.ts';

function run(first: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => first + i);
}

function earlierTexts(...texts: readonly (readonly number[])[]): TokenLog {
  const log = new TokenLog(4096);
  for (const text of texts) {
    log.break();
    for (const token of text) log.append(token);
  }
  return log;
}

function guess(tokens: readonly number[], earlier = earlierTexts(), nMax = 5): readonly number[] {
  return new SuffixText(new TokenLog(4096), earlier, new MatchOdds()).guess(tokens, nMax).tokens;
}

describe('SuffixText', () => {
  it.each<[string, number[], number[][], number[]]>([
    ['nothing after a token that is new', run(10, 9), [], []],
    ['what followed in the same text', [1, 2, 3, 4, 5, 6, 1, 2], [], [3, 4, 5, 6, 1]],
    ['what followed in an earlier text', [90, 1, 2], [[1, 2, 3, 4, 5]], [3, 4, 5]],
    ['what followed the longest match', [1, 2, 3, 50, 9, 2, 3, 60, 8, 1, 2, 3], [], [50, 9, 2, 3, 60]],
    [
      'what followed most of the longest matches',
      [2, 3],
      [
        [2, 3, 5],
        [2, 3, 6],
        [2, 3, 5],
        [2, 3, 7],
      ],
      [5],
    ],
    [
      'the newest, where as many followed',
      [2, 3],
      [
        [2, 3, 5],
        [2, 3, 6],
      ],
      [6],
    ],
    ['the text itself over earlier ones of the same match', [2, 3, 4, 9, 2, 3], [[2, 3, 7]], [4, 9, 2, 3]],
    ['the rest of a period', [1, 2, 1, 2, 1, 2], [], [1, 2]],
  ])('guesses %s', (_, tokens, texts, expected) => {
    expect(guess(tokens, earlierTexts(...texts)).slice(0, expected.length)).toEqual(expected);
  });

  it('guesses no more than wanted', () => {
    expect(guess([1, 2, 3, 4, 5, 6, 1, 2], earlierTexts(), 2)).toEqual([3, 4]);
  });

  it('is surer after a longer match, and less sure of every further token', () => {
    const chances = (tokens: number[]) =>
      new SuffixText(new TokenLog(4096), earlierTexts(run(0, 60)), new MatchOdds()).guess(tokens, 9).chances;
    const [short, long] = [chances(run(30, 2)), chances(run(10, 22))];
    expect(long[0]).toBeGreaterThan(short[0]);
    expect(long).toHaveLength(9);
    expect(long.every((chance, i) => i === 0 || chance < long[i - 1])).toBe(true);
  });

  it.each([
    { name: 'right', isRight: true },
    { name: 'wrong', isRight: false },
  ])('learns from what follows how often guesses are $name', ({ isRight }) => {
    const odds = new MatchOdds();
    const text = new SuffixText(new TokenLog(4096), earlierTexts([1, 2, 3]), odds);
    const tokens = [1, 2];
    const [before] = text.guess(tokens, 1).chances;
    for (let i = 0; i < 9; i++) {
      tokens.push(isRight ? 3 : 100 + i);
      text.guess(tokens, 1);
      tokens.push(200 + i, 1, 2);
      text.guess(tokens, 1);
    }
    const other = new SuffixText(new TokenLog(4096), earlierTexts([1, 2, 3]), odds);
    const [after] = other.guess([1, 2], 1).chances;
    if (isRight) expect(after).toBeGreaterThanOrEqual(before);
    else expect(after).toBeLessThan(before);
  });

  it('finds the same when a text is read piece by piece as when it is read at once', () => {
    const tokens = Array.from({ length: 400 }, (_, i) => (i * i) % 37);
    const growing = new SuffixText(new TokenLog(4096), earlierTexts(), new MatchOdds());
    for (let end = 1; end < tokens.length; end += 1 + (end % 4)) {
      const part = tokens.slice(0, end);
      expect(growing.guess(part, 1).tokens).toEqual(guess(part, earlierTexts(), 1));
    }
  });
});
