import { describe, expect, it } from 'vitest';
import { GainPacer } from '../adaptive/gainPacer.ts';
import { createSampler } from '../sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../sampler/params.ts';
import type { Sequence, StepResult } from '../sequence.ts';
import { SuffixDrafts } from './suffixDrafts.ts';
import { SuffixMemory } from './suffixMemory.ts';

function sequenceIn(slot: number, tokens: number[]): Sequence {
  return {
    ...{ slot, tokens, nPast: tokens.length - 1, probs: null, nRemain: 100 },
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
  };
}

function create(pacer: GainPacer | null = null): SuffixDrafts {
  return new SuffixDrafts({ nMax: 8, memory: new SuffixMemory(1024), pacer });
}

async function draftOf(drafts: SuffixDrafts, sequence: Sequence, nMax = 8): Promise<number[]> {
  return (await drafts.draft([{ sequence, nMax }]))[0];
}

const ANSWER = [21, 22, 23, 24, 25];

describe('SuffixDrafts', () => {
  it.each([
    { name: 'in the same slot', slot: 0 },
    { name: 'in another slot', slot: 1 },
  ])('finds an earlier answer $name, from the end of the same prompt on', async ({ slot }) => {
    const drafts = create();
    const first = sequenceIn(0, [1, 2, 3]);
    expect(await draftOf(drafts, first)).toEqual([]);
    first.tokens.push(...ANSWER);
    expect((await draftOf(drafts, sequenceIn(slot, [9, 2, 3]))).slice(0, 5)).toEqual(ANSWER);
  });

  it('remembers answers, but no prompts', async () => {
    const drafts = create();
    await draftOf(
      drafts,
      sequenceIn(
        0,
        Array.from({ length: 60 }, (_, i) => 100 + i),
      ),
    );
    expect(await draftOf(drafts, sequenceIn(0, [1, 100, 101, 102]))).toEqual([]);
  });

  it('finds what a slot wrote before its context shifted', async () => {
    const drafts = create();
    const sequence = sequenceIn(0, [1, 2, 3]);
    await draftOf(drafts, sequence);
    sequence.tokens.push(...ANSWER, 50, 51);
    drafts.shift(0);
    sequence.tokens.splice(0, 9);
    expect(sequence.tokens).toEqual([51]);
    sequence.tokens.push(2, 3);
    expect((await draftOf(drafts, sequence)).slice(0, 5)).toEqual(ANSWER);
  });

  it('adds no token of an answer twice', async () => {
    const memory = new SuffixMemory(1024);
    const drafts = new SuffixDrafts({ nMax: 8, memory, pacer: null });
    const first = sequenceIn(0, [1]);
    await draftOf(drafts, first);
    first.tokens.push(77);
    await draftOf(drafts, sequenceIn(1, [1]));
    await draftOf(drafts, sequenceIn(2, [1]));
    expect(memory.learned().tokens.filter(token => token === 77)).toHaveLength(1);
  });

  it('drafts no more than there is room for', async () => {
    expect(await draftOf(create(), sequenceIn(0, [1, 2, 3, 4, 5, 1, 2]), 2)).toEqual([3, 4]);
    expect((await draftOf(create(), sequenceIn(0, [...ANSWER, ...ANSWER, ...ANSWER, 21]))).length).toBe(8);
  });
});

/** Result of a step that sampled `token` after `draft`. */
function resultOf(sequence: Sequence, draft: readonly number[] = []): StepResult {
  const sampled = [{ token: 1, drafted: false }];
  return { sequence, nPrompt: 0, sampled, draft, drafter: null, nAccepted: 0 };
}

describe('steps ahead of look-ups', () => {
  const REPEATED = Array.from({ length: 40 }, (_, i) => i % 10);

  /** Source that knows the time of a round without a draft, and one that waited in vain where `waitMs` is given. */
  async function measured(waitMs?: number): Promise<SuffixDrafts> {
    const drafts = create(new GainPacer());
    const sequence = sequenceIn(7, [1]);
    for (let i = 0; i < 4; i++) drafts.stepped([resultOf(sequence)], 10);
    if (waitMs === undefined) return drafts;
    for (let i = 0; i < 9; i++) {
      await draftOf(drafts, sequence);
      drafts.passes([{ sequence, nMax: 8 }], 1);
      drafts.stepped([resultOf(sequence)], waitMs);
      for (let j = 0; j < 200; j++) drafts.stepped([resultOf(sequence)], 10);
    }
    return drafts;
  }

  it.each([
    { name: 'nothing to look up', tokens: REPEATED.map((_, i) => i), waitMs: 10.5, passes: true },
    { name: 'a long repetition', tokens: REPEATED, waitMs: 10.5, passes: false },
    { name: 'a long repetition, unless waiting costs too much', tokens: REPEATED, waitMs: 900, passes: true },
  ])('a text with $name passes: $passes', async ({ tokens, waitMs, passes }) => {
    const drafts = await measured(waitMs);
    for (const nAhead of [1, 2, 4]) {
      expect(drafts.passes([{ sequence: sequenceIn(0, tokens), nMax: 8 }], nAhead)).toBe(passes);
    }
  });

  it('a draft follows at once where the time of a round is known, and none where it is not', async () => {
    expect(await draftOf(await measured(), sequenceIn(0, REPEATED))).not.toEqual([]);
    expect(await draftOf(create(new GainPacer()), sequenceIn(0, REPEATED))).toEqual([]);
  });
});
