import { describe, expect, it } from 'vitest';
import {
  argmaxCandidates,
  draftedTokens,
  draftProbability,
  draftsWithProbability,
  hiddenStates,
  logitsCandidates,
  topKCandidates,
} from './results.ts';

function words(pairs: readonly (readonly [token: number, logit: number])[]): Uint32Array {
  const words = new Uint32Array(2 * pairs.length);
  const floats = new Float32Array(words.buffer);
  pairs.forEach(([token, logit], i) => {
    words[2 * i] = token;
    floats[2 * i + 1] = logit;
  });
  return words;
}

describe('argmaxCandidates', () => {
  it('has a token for each row, and logit 0', () => {
    const rows = argmaxCandidates(Uint32Array.of(7, 3));
    expect(rows.map(({ ids, logits }) => [[...ids], [...logits]])).toEqual([
      [[7], [0]],
      [[3], [0]],
    ]);
  });
});

describe('the drafts of two rows', () => {
  it('are gathered from the steps', () => {
    const drafts = draftedTokens(Uint32Array.of(1, 11, 2, 12, 3, 13), 2, 3);
    expect(drafts.map(draft => draft.map(({ token }) => token))).toEqual([
      [1, 2, 3],
      [11, 12, 13],
    ]);
    expect(drafts.flat().every(({ p }) => p === 1)).toBe(true);
  });

  it('have the likeliest token of each step, with its probability', () => {
    const steps = words([
      [5, 0],
      [1, 2],
      [11, 3],
      [6, 3],
      [2, 1],
      [7, 1],
      [9, -4],
      [12, 0],
    ]);
    const drafts = draftsWithProbability(steps, 2, 2, 2);
    expect(drafts.map(draft => draft.map(({ token }) => token))).toEqual([
      [1, 2],
      [6, 12],
    ]);
    expect(drafts[0].map(({ p }) => p)).toEqual([1 / (1 + Math.exp(-2)), 0.5]);
  });
});

describe('topKCandidates', () => {
  it('sorts each row by descending logit, ties by ascending id', () => {
    const [first, second] = topKCandidates(
      words([
        [9, 1],
        [4, 2],
        [2, 1],
        [7, -3],
        [5, -3],
        [6, 0],
      ]),
      2,
      3,
    );
    expect([...first.ids]).toEqual([4, 2, 9]);
    expect([...first.logits]).toEqual([2, 1, 1]);
    expect([...second.ids]).toEqual([6, 5, 7]);
  });
});

describe('logitsCandidates', () => {
  it('gives each row a copy of its logits, in order of id', () => {
    const mapped = new Float32Array([1, 2, 3, 4]);
    const rows = logitsCandidates(new Uint32Array(mapped.buffer), 2, Int32Array.of(0, 1));
    mapped.fill(0);
    expect(rows.map(({ ids, logits }) => [[...ids], [...logits]])).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [
        [0, 1],
        [3, 4],
      ],
    ]);
  });
});

describe('hiddenStates', () => {
  it('gives each row a copy of its values, without the padding', () => {
    const mapped = new Float32Array([1, 2, 0, 3, 4, 0]);
    const states = hiddenStates(new Uint32Array(mapped.buffer), 2, 2, 3);
    mapped.fill(0);
    expect(states.map(state => [...state])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('draftProbability', () => {
  it('is the probability of the first among the likeliest ten', () => {
    const logits = new Float32Array(64).fill(0);
    expect(draftProbability({ ids: new Int32Array(64), logits })).toBeCloseTo(0.1, 6);
    expect(draftProbability({ ids: new Int32Array(1), logits: new Float32Array([-5]) })).toBe(1);
  });
});
