import { expect, it } from 'vitest';
import { createSampler } from '../sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../sampler/params.ts';
import type { Sequence } from '../sequence.ts';
import { type Lookup, NgramDrafts } from './ngramDrafts.ts';

function sequenceIn(slot: number): Sequence {
  return {
    ...{ slot, tokens: [slot, 1, 2], nPast: 2, probs: null, nRemain: 10 },
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
  };
}

it('keeps one look-up per sequence, until its context shifts', async () => {
  let nCreated = 0;
  const drafts = new NgramDrafts('ngram-simple', 4, (): Lookup => {
    const id = nCreated++;
    return { draft: (tokens, nMax) => [id, tokens.length, nMax], mayDraftNext: () => false };
  });
  const [a, b] = [sequenceIn(0), sequenceIn(1)];
  expect(drafts.longest()).toBe(4);
  expect(
    await drafts.draft([
      { sequence: a, nMax: 2 },
      { sequence: b, nMax: 4 },
    ]),
  ).toEqual([
    [0, 3, 2],
    [1, 3, 4],
  ]);
  a.tokens.push(5);
  expect(await drafts.draft([{ sequence: a, nMax: 1 }])).toEqual([[0, 4, 1]]);
  drafts.shift(0);
  expect(
    await drafts.draft([
      { sequence: b, nMax: 1 },
      { sequence: a, nMax: 1 },
    ]),
  ).toEqual([
    [1, 3, 1],
    [2, 4, 1],
  ]);
  expect(await drafts.draft([{ sequence: sequenceIn(1), nMax: 1 }])).toEqual([[3, 3, 1]]);
});
