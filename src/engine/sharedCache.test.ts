import { describe, expect, it } from 'vitest';
import type { TokenId } from '../forward/forward.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import { FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { Pool } from './pooling.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from './sampler/params.ts';
import type { Sequence } from './sequence.ts';

const PROMPT: readonly TokenId[] = [1, 2, 3, 4, 5];

function sequenceIn(slot: number, prompt: readonly TokenId[] = PROMPT): Sequence {
  return {
    slot,
    tokens: [...prompt],
    nPast: 0,
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 7 }, 97),
    probs: null,
    speculative: { nMin: 0, nMax: 4, pMin: 0 },
    nRemain: Number.POSITIVE_INFINITY,
  };
}

function setUp(options: { target?: FakeModelOptions; draft?: FakeModelOptions } = {}) {
  const target = new FakeForwardPass(options.target);
  const draft = options.draft ? new FakeForwardPass(options.draft) : null;
  const decoder = new Decoder(target, draft && new DraftModel(draft), { nBatch: 16 });
  return { target, draft, decoder };
}

async function stepUntil(decoder: Decoder, sequence: Sequence, nTokens: number, giveUp?: () => boolean) {
  while (sequence.tokens.length < nTokens) await decoder.step([sequence], giveUp);
  return sequence.tokens.slice(0, nTokens);
}

describe('a pool that is too small', () => {
  it.each([
    ['no draft', undefined],
    ['a draft', { disagreement: 0.2 }],
    ['a draft whose own pool is too small as well', { disagreement: 0.2, nCells: 30 }],
  ])('is given the caches of other slots, one at a time, with %s', async (_, draft) => {
    const { target, decoder } = setUp({ target: { nCells: 30 }, ...(draft && { draft }) });
    await stepUntil(decoder, sequenceIn(1), 10);
    await stepUntil(decoder, sequenceIn(2), 10);
    const idle = [1, 2];
    for (const slot of idle) decoder.truncate(slot, 9);
    const giveUp = () => {
      const slot = idle.shift();
      if (slot === undefined) return false;
      decoder.truncate(slot, 0);
      return true;
    };
    const sequence = sequenceIn(0);
    const expected = await stepUntil(setUp().decoder, sequenceIn(0), 28);
    await stepUntil(decoder, sequence, 11, giveUp);
    expect(idle).toEqual([1, 2]);
    await stepUntil(decoder, sequence, 14, giveUp);
    expect(idle).toEqual([2]);
    expect(await stepUntil(decoder, sequence, 28, giveUp)).toEqual(expected);
    expect(idle).toEqual([]);
    expect(target.nUsed).toBeLessThanOrEqual(30);
  });

  it.each([
    ['without a draft', undefined],
    ['with one', {}],
  ])('fails at the same token %s', async (_, draft) => {
    const { decoder } = setUp({ target: { nCells: 21 }, ...(draft && { draft }) });
    const sequence = sequenceIn(0);
    await expect(stepUntil(decoder, sequence, 40)).rejects.toThrow('Context size has been exceeded.');
    expect(sequence.tokens).toHaveLength(22);
  });

  it('makes room for a prompt to embed', async () => {
    const { decoder, target } = setUp({ target: { nCells: 12 } });
    await stepUntil(decoder, sequenceIn(1), 10);
    const sequence: Sequence = { ...sequenceIn(0), pool: new Pool('last', PROMPT.length) };
    await expect(decoder.step([sequence])).rejects.toThrow('Context size has been exceeded.');
    await decoder.step([sequence], () => {
      decoder.truncate(1, 0);
      return true;
    });
    expect([sequence.nPast, target.nUsed]).toEqual([PROMPT.length, PROMPT.length]);
  });

  it('of the draft is shared by those that draft, the longest unused first', async () => {
    const { draft, decoder } = setUp({ draft: { nCells: 34 } });
    const [first, second] = [sequenceIn(0), sequenceIn(1)];
    const expected = await stepUntil(setUp().decoder, sequenceIn(0), 40);
    expect(await stepUntil(decoder, first, 20)).toEqual(expected.slice(0, 20));
    expect(await stepUntil(decoder, second, 30)).toEqual(expected.slice(0, 30));
    expect(await stepUntil(decoder, first, 40)).toEqual(expected);
    expect(draft?.nUsed).toBeLessThanOrEqual(34);
  });
});

it('takes the room of a draft from the slot that has not drafted for longest', async () => {
  const { draft, decoder } = setUp({ draft: { nCells: 60 } });
  const sequences = [0, 1, 2].map(slot => sequenceIn(slot));
  for (const sequence of sequences) await stepUntil(decoder, sequence, 20);
  await stepUntil(decoder, sequences[2], 34);
  const decoded = (slot: number) =>
    draft?.calls.flatMap(call => ('rows' in call ? call.rows : [])).filter(row => row.slot === slot).length;
  const before = [0, 1].map(decoded);
  for (const sequence of [sequences[1], sequences[0]]) await decoder.step([sequence]);
  const after = [0, 1].map(decoded);
  expect(after.map((n = 0, slot) => n - (before[slot] ?? 0) > 3)).toEqual([true, false]);
});

describe('a forked sequence', () => {
  it.each([
    ['no draft', undefined],
    ['a draft', { disagreement: 0.2 }],
  ])('gives what decoding its prompt would have given, with %s', async (_, draft) => {
    const { target, draft: model, decoder } = setUp(draft && { draft });
    const prompt = Array.from({ length: 40 }, (_, i) => i + 1);
    const [parent, child] = [sequenceIn(0, prompt), sequenceIn(1, prompt)];
    await stepUntil(decoder, parent, 41);
    decoder.fork(parent, child);
    expect(child.nPast).toBe(39);
    const expected = await stepUntil(setUp().decoder, sequenceIn(0, prompt), 60);
    while (child.tokens.length < 60 || parent.tokens.length < 60) await decoder.step([parent, child]);
    for (const { tokens } of [parent, child]) expect(tokens.slice(0, 60)).toEqual(expected);
    // The prompt was decoded once, except for its last token; the draft had followed up to the target's last batch.
    const firstOf = ({ calls }: FakeForwardPass) =>
      calls.flatMap(call => ('rows' in call ? call.rows : [])).find(({ slot }) => slot === 1)?.position;
    expect([firstOf(target), model && firstOf(model)]).toEqual([39, model && 32]);
  });
});
