import { describe, expect, it } from 'vitest';
import { draftProbability, hiddenStates, logitsCandidates, topKCandidates } from './results.ts';

function words(pairs: readonly (readonly [token: number, logit: number])[]): Uint32Array {
  const words = new Uint32Array(2 * pairs.length);
  const floats = new Float32Array(words.buffer);
  pairs.forEach(([token, logit], i) => {
    words[2 * i] = token;
    floats[2 * i + 1] = logit;
  });
  return words;
}

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
  it('gives every row a copy of its logits, in order of id', () => {
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
  it('gives every row a copy of its values, without the padding', () => {
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
  it('is the share of the first among the likeliest ten', () => {
    const logits = new Float32Array(64).fill(0);
    expect(draftProbability({ ids: new Int32Array(64), logits })).toBeCloseTo(0.1, 6);
    expect(draftProbability({ ids: new Int32Array(1), logits: new Float32Array([-5]) })).toBe(1);
  });
});
