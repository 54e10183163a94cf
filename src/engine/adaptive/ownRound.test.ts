import { describe, expect, it } from 'vitest';
import type { Sequence, StepResult } from '../sequence.ts';
import { ownRound } from './ownRound.ts';

const [first, second] = [{ slot: 0 }, { slot: 1 }] as Sequence[];
const sampled = [{ token: 1, drafted: false }];

function result(sequence: Sequence, change: Partial<StepResult> = {}): StepResult {
  return { sequence, nPrompt: 0, sampled, draft: [], drafter: null, nAccepted: 0, ...change };
}

describe('ownRound', () => {
  it('sums the drafted and the sampled tokens of all sequences', () => {
    const results = [result(first, { draft: [1, 2] }), result(second)];
    expect(ownRound(results, new Set([first]), 5)).toEqual({
      nSequences: 2,
      nDrafted: 2,
      nTokens: 2,
      ms: 5,
    });
  });

  it.each([
    ['a prompt', result(second, { nPrompt: 3 })],
    ['a draft of another source', result(second, { draft: [1] })],
  ])('does not measure a round with %s', (_, other) => {
    expect(ownRound([result(first, { draft: [1] }), other], new Set([first]), 5)).toBeNull();
  });
});
