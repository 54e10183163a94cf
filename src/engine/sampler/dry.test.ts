import { describe, expect, it } from 'vitest';
import { CandidateList } from './candidateList.ts';
import { createDry } from './dry.ts';
import { Mt19937 } from './mt19937.ts';
import type { SamplerParams } from './params.ts';

type Breakers = SamplerParams['dryBreakers'];

const NO_BREAKERS: Breakers = new Map();

/** Penalty of each of eight tokens after `history`, with multiplier 1 and an allowed length of 2. */
function penaltiesAfter(
  history: readonly number[],
  dryBreakers = NO_BREAKERS,
  dryPenaltyLastN = 64,
  dryBase = 2,
): number[] {
  const stage = createDry({
    dryMultiplier: 1,
    dryBase,
    dryAllowedLength: 2,
    dryPenaltyLastN,
    dryBreakers,
  });
  const list = new CandidateList();
  list.load({ ids: Int32Array.from({ length: 8 }, (_, i) => i), logits: new Float32Array(8) });
  for (const token of history) stage?.accept?.(token);
  stage?.apply(list);
  return Array.from(list.logits, logit => 0 - logit);
}

describe('dry', () => {
  it.each<[string, number[], Breakers, number[]]>([
    ['leaves text without repetition alone', [1, 2, 3, 4], NO_BREAKERS, [0, 0, 0, 0, 0, 0, 0, 0]],
    [
      'allows a repetition shorter than the allowed length',
      [1, 2, 3, 1],
      NO_BREAKERS,
      [0, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      'penalises what would prolong a repetition of two',
      [1, 2, 3, 5, 1, 2],
      NO_BREAKERS,
      [0, 0, 0, 1, 0, 0, 0, 0],
    ],
    ['doubles with every token more', [1, 2, 3, 4, 5, 1, 2, 3, 4], NO_BREAKERS, [0, 0, 0, 0, 0, 4, 0, 0]],
    [
      'takes the longest of several',
      [1, 2, 6, 0, 1, 2, 6, 5, 0, 1, 2],
      NO_BREAKERS,
      [0, 0, 0, 0, 0, 0, 2, 0],
    ],
    ['counts a loop of one token', [7, 7, 7, 7], NO_BREAKERS, [0, 0, 0, 0, 0, 0, 0, 2]],
    [
      'does not reach across a breaker',
      [1, 2, 3, 4, 5, 1, 2, 3, 4],
      new Map([[2, [[]]]]),
      [0, 0, 0, 0, 0, 1, 0, 0],
    ],
    ['does not penalise a breaker', [1, 2, 3, 5, 1, 2], new Map([[3, [[]]]]), [0, 0, 0, 0, 0, 0, 0, 0]],
    [
      'waits for the tail of a breaker',
      [1, 2, 3, 4, 5, 1, 2, 3, 4],
      new Map([[2, [[6]]]]),
      [0, 0, 0, 0, 0, 4, 0, 0],
    ],
    [
      'breaks at the end of the tail',
      [0, 1, 2, 3, 5, 0, 1, 2, 3],
      new Map([[0, [[1]]]]),
      [0, 0, 0, 0, 0, 1, 0, 0],
    ],
  ])('%s', (_, history, breakers, expected) => {
    expect(penaltiesAfter(history, breakers)).toEqual(expected);
  });

  it('finds every repetition in random text', () => {
    const rng = new Mt19937(3);
    for (let round = 0; round < 200; round++) {
      const history = Array.from({ length: 20 }, () => rng.nextUint32() % 2);
      const expected = new Array<number>(8).fill(0);
      for (let end = 1; end < history.length; end++) {
        let length = 0;
        while (length < end && history[end - 1 - length] === history[history.length - 1 - length]) length++;
        if (length >= 2) expected[history[end]] = Math.max(expected[history[end]], 2 ** (length - 2));
      }
      expect(penaltiesAfter(history)).toEqual(expected);
    }
  });

  it('forgets tokens that left its window', () => {
    const history = [1, 2, 3, 5, 1, 2];
    expect(penaltiesAfter(history, NO_BREAKERS, 6)[3]).toBe(1);
    expect(penaltiesAfter(history, NO_BREAKERS, 5)[3]).toBe(0);
  });

  it('keeps the penalty of a very long repetition finite', () => {
    const loop = new Array<number>(400).fill(7);
    expect(penaltiesAfter(loop, NO_BREAKERS, 400, 1.75)[7]).toBe(Math.fround(1.75 ** 158));
  });

  it.each([
    ['multiplier 0', { dryMultiplier: 0 }],
    ['a base below 1', { dryBase: 0.5 }],
    ['no window', { dryPenaltyLastN: 0 }],
  ])('is off with %s', (_, change) => {
    const params = {
      dryMultiplier: 1,
      dryBase: 2,
      dryAllowedLength: 2,
      dryPenaltyLastN: 64,
      dryBreakers: NO_BREAKERS,
    };
    expect(createDry({ ...params, ...change })).toBeNull();
  });
});
