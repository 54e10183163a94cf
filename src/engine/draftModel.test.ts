import { describe, expect, it } from 'vitest';
import type { VerifyRow } from '../forward/drafting.ts';
import type { TokenId } from '../forward/forward.ts';
import { assert } from '../util/assert.ts';
import { DraftModel } from './draftModel.ts';
import { FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { FakePair } from './fakePair.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from './sampler/params.ts';
import type { Sequence } from './sequence.ts';
import { acceptedByArgmax } from './speculate.ts';

function sequenceOf(tokens: readonly TokenId[], slot = 0, pMin = 0): Sequence {
  return {
    slot,
    tokens: [...tokens],
    nPast: tokens.length - 1,
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
    probs: null,
    speculative: { nMin: 0, nMax: 4, pMin },
    nRemain: 100,
  };
}

function setUp(options: FakeModelOptions = {}) {
  const model = new FakeForwardPass(options);
  return { model, drafts: new DraftModel(model) };
}

/** Kind and number of rows of each call of the model. */
function callSizes(model: FakeForwardPass): [string, number][] {
  return model.calls.map(call => [call.kind, 'rows' in call ? call.rows.length : 0]);
}

/** Proposal of a fresh draft model. */
async function freshDraft(tokens: readonly TokenId[], nMax: number): Promise<TokenId[]> {
  const [draft] = await setUp().drafts.draft([{ sequence: sequenceOf(tokens), nMax }]);
  return draft;
}

const PROMPT = [1, 2, 3, 4, 5];

/**
 * Runs a round whose draft the target rejects in part, with a second round behind it. Returns both, and the source, which has read
 * the first.
 */
async function followedRounds(drafts: DraftModel, sequence: Sequence) {
  const round = drafts.plan([{ sequence, nMax: 3 }])?.submit(verifyRows(sequence, 3), 'argmax');
  const following = round?.following?.([{ sequence, nMax: 3 }])?.submit();
  assert(round !== undefined && following !== undefined, 'there is no second round');
  const { drafts: drafted, outputs } = await round.read();
  const nAccepted = acceptedByArgmax(drafted[0], outputs);
  return { draft: drafted[0], nAccepted, next: outputs[nAccepted].ids[0], following };
}

/** Rows that verify a draft of `nDraft` tokens. */
function verifyRows({ tokens, slot }: Sequence, nDraft: number): VerifyRow[] {
  const fed = [...tokens, ...Array.from({ length: nDraft }, (_, step) => ({ output: 0, step }))];
  return fed.map((token, position) => ({ token, position, slot, output: position >= tokens.length - 1 }));
}

describe.each(['draft-mtp', 'draft-eagle3'] as const)('a head (%s)', kind => {
  it('decodes the tokens that were accepted again, because it drafted them from states of its own', async () => {
    const model = new FakeForwardPass();
    const drafts = new DraftModel(model, null, kind);
    const sequence = sequenceOf(PROMPT);
    const [draft] = await drafts.draft([{ sequence, nMax: 3 }]);
    sequence.tokens.push(...draft, 7);
    model.calls.length = 0;
    const [next] = await drafts.draft([{ sequence, nMax: 3 }]);
    expect(callSizes(model)).toEqual([['draft', draft.length + 1]]);
    expect(next).toEqual(await freshDraft(sequence.tokens, 3));
    expect(drafts.drafterOf()).toBe(kind);
  });
});

describe('a round behind another one', () => {
  const pairOf = () => {
    const model = new FakeForwardPass();
    const target = new FakeForwardPass({ disagreement: 0.5 });
    return { model, target, drafts: new DraftModel(model, new FakePair(target, model)) };
  };

  it('drafts what a fresh model drafts behind the accepted tokens, and feeds nothing twice afterwards', async () => {
    const { model, drafts } = pairOf();
    const sequence = sequenceOf(PROMPT);
    const { draft, nAccepted, next, following } = await followedRounds(drafts, sequence);
    sequence.tokens.push(...draft.slice(0, nAccepted), next);
    const { drafts: second } = await following.read();
    expect(second[0]).toEqual(await freshDraft(sequence.tokens, 3));
    sequence.tokens.push(...second[0], 7);
    model.calls.length = 0;
    const [third] = await drafts.draft([{ sequence, nMax: 3 }]);
    expect(callSizes(model)).toEqual([['draft', 2]]);
    expect(third).toEqual(await freshDraft(sequence.tokens, 3));
  });

  it('leaves nothing of the rejected tokens that it has overwritten, also if it is discarded', async () => {
    const { drafts } = pairOf();
    const { draft, nAccepted } = await followedRounds(drafts, sequenceOf(PROMPT));
    expect(nAccepted).toBeLessThan(2);
    // Another request begins with the whole draft.
    const other = sequenceOf([...PROMPT, ...draft]);
    const [next] = await drafts.draft([{ sequence: other, nMax: 3 }]);
    expect(next).toEqual(await freshDraft(other.tokens, 3));
  });
});

describe('DraftModel', () => {
  it('feeds the whole sequence in the first round', async () => {
    const { model, drafts } = setUp();
    const [draft] = await drafts.draft([{ sequence: sequenceOf(PROMPT), nMax: 3 }]);
    expect(draft).toHaveLength(3);
    expect(callSizes(model)).toEqual([['draft', 5]]);
  });

  it('feeds only the bonus token and the last draft token when the whole draft was accepted', async () => {
    const { model, drafts } = setUp();
    const sequence = sequenceOf(PROMPT);
    const [draft] = await drafts.draft([{ sequence, nMax: 3 }]);
    sequence.tokens.push(...draft, 42);
    const [next] = await drafts.draft([{ sequence, nMax: 3 }]);
    expect(callSizes(model)).toEqual([
      ['draft', 5],
      ['draft', 2],
    ]);
    expect(next).toEqual(await freshDraft(sequence.tokens, 3));
  });

  it('rolls back to the first rejected token', async () => {
    const { model, drafts } = setUp();
    const sequence = sequenceOf(PROMPT);
    const [draft] = await drafts.draft([{ sequence, nMax: 4 }]);
    sequence.tokens.push(draft[0], (draft[1] + 1) % 97);
    const [next] = await drafts.draft([{ sequence, nMax: 4 }]);
    expect(callSizes(model)).toEqual([
      ['draft', 5],
      ['draft', 1],
    ]);
    expect(next).toEqual(await freshDraft(sequence.tokens, 4));
  });

  it('reuses the tokens that a new request shares with the previous one of its slot', async () => {
    const { model, drafts } = setUp();
    await drafts.draft([{ sequence: sequenceOf(PROMPT), nMax: 3 }]);
    await drafts.draft([{ sequence: sequenceOf([1, 2, 3, 9, 9, 9]), nMax: 3 }]);
    await drafts.draft([{ sequence: sequenceOf([1, 2]), nMax: 3 }]);
    expect(callSizes(model)).toEqual([
      ['draft', 5],
      ['draft', 3],
      ['draft', 1],
    ]);
  });

  it('decodes a long sequence in batches before it drafts', async () => {
    const { model, drafts } = setUp({ maxRows: 8 });
    const tokens = Array.from({ length: 20 }, (_, i) => i);
    const [draft] = await drafts.draft([{ sequence: sequenceOf(tokens), nMax: 3 }]);
    expect(callSizes(model)).toEqual([
      ['forward', 8],
      ['forward', 8],
      ['forward', 3],
      ['draft', 1],
    ]);
    expect(
      model.calls
        .slice(0, 3)
        .flatMap(call => (call.kind === 'forward' ? call.rows : []))
        .some(row => row.output),
    ).toBe(false);
    const [expected] = await setUp({ maxRows: 32 }).drafts.draft([{ sequence: sequenceOf(tokens), nMax: 3 }]);
    expect(draft).toEqual(expected);
  });

  it('follows a prompt up to where the target has decoded it', async () => {
    const { model, drafts } = setUp();
    const sequence = { ...sequenceOf(PROMPT), nPast: 3 };
    await drafts.follow([sequence]);
    await drafts.follow([sequence]);
    expect(callSizes(model)).toEqual([['forward', 3]]);
    const [draft] = await drafts.draft([{ sequence, nMax: 3 }]);
    expect(callSizes(model)).toEqual([
      ['forward', 3],
      ['draft', 2],
    ]);
    expect(draft).toEqual(await freshDraft(PROMPT, 3));
  });

  it('drafts for several slots in one call', async () => {
    const { model, drafts } = setUp();
    const others = [7, 8, 9];
    const both = await drafts.draft([
      { sequence: sequenceOf(PROMPT, 2), nMax: 3 },
      { sequence: sequenceOf(others, 0), nMax: 3 },
    ]);
    expect(callSizes(model)).toEqual([['draft', 8]]);
    expect(both).toEqual([await freshDraft(PROMPT, 3), await freshDraft(others, 3)]);
  });

  it('makes one call per draft length and answers in the order of the requests', async () => {
    const { model, drafts } = setUp();
    const result = await drafts.draft([
      { sequence: sequenceOf(PROMPT, 0), nMax: 3 },
      { sequence: sequenceOf(PROMPT, 1), nMax: 1 },
      { sequence: sequenceOf(PROMPT, 2), nMax: 3 },
    ]);
    expect(result.map(draft => draft.length)).toEqual([3, 1, 3]);
    expect(callSizes(model)).toEqual([
      ['draft', 10],
      ['draft', 5],
    ]);
  });

  it('ends a draft before the first token less probable than pMin', async () => {
    const { model, drafts } = setUp();
    const [all] = await model.draft([{ token: 1, position: 0, slot: 3, output: true }], 4, true);
    const pMin = Math.max(...all.slice(1).map(({ p }) => p));
    const end = all.findIndex(({ p }) => p < pMin);
    const [draft] = await drafts.draft([{ sequence: sequenceOf([1], 0, pMin), nMax: 4 }]);
    expect(draft).toEqual(all.slice(0, end).map(({ token }) => token));
    expect((await drafts.draft([{ sequence: sequenceOf([1], 1, 0.999999), nMax: 4 }]))[0]).toEqual([]);
    const least = Math.min(...all.map(({ p }) => p));
    expect((await drafts.draft([{ sequence: sequenceOf([1], 2, least), nMax: 4 }]))[0]).toHaveLength(4);
  });

  it('shifts its cache with the target', async () => {
    const { model, drafts } = setUp();
    const sequence = sequenceOf([1, 2, 3, 4, 5, 6, 7, 8]);
    await drafts.draft([{ sequence, nMax: 3 }]);
    drafts.shift(0, 2, 3);
    sequence.tokens.splice(2, 3);
    await drafts.draft([{ sequence, nMax: 3 }]);
    expect(callSizes(model)).toEqual([
      ['draft', 8],
      ['shift', 0],
      ['draft', 1],
    ]);
  });

  it('needs no shift for positions that it has not decoded', async () => {
    const { model, drafts } = setUp();
    await drafts.follow([{ ...sequenceOf(PROMPT), nPast: 3 }]);
    drafts.shift(0, 1, 3);
    await drafts.draft([{ sequence: sequenceOf([1, 9, 9]), nMax: 1 }]);
    expect(callSizes(model)).toEqual([
      ['forward', 3],
      ['draft', 2],
    ]);
  });

  it('proposes nothing beyond its own context or for tokens that it does not have', async () => {
    const { model, drafts } = setUp({ nCtx: 6, nVocab: 50 });
    const requests = [
      { sequence: sequenceOf(PROMPT, 0), nMax: 3 },
      { sequence: sequenceOf([1, 60, 2], 1), nMax: 2 },
      { sequence: sequenceOf(PROMPT, 2), nMax: 2 },
    ];
    expect((await drafts.draft(requests)).map(draft => draft.length)).toEqual([0, 0, 2]);
    await drafts.follow([{ ...sequenceOf([1, 60, 2], 1), nPast: 2 }]);
    expect(callSizes(model)).toEqual([
      ['draft', 5],
      ['forward', 1],
    ]);
  });

  it('decodes everything again that a failed call may have overwritten', async () => {
    const { model, drafts } = setUp();
    const sequence = sequenceOf(PROMPT);
    await drafts.draft([{ sequence, nMax: 2 }]);
    sequence.tokens.push(50, 51);
    model.failNext(new Error('lost'));
    await expect(drafts.draft([{ sequence, nMax: 2 }])).rejects.toThrow('lost');
    const [draft] = await drafts.draft([{ sequence, nMax: 2 }]);
    expect(draft).toEqual(await freshDraft(sequence.tokens, 2));
  });
});
