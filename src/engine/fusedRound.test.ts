import { describe, expect, it } from 'vitest';
import type { TokenId } from '../forward/forward.ts';
import { AdaptiveDrafts } from './adaptive/adaptiveDrafts.ts';
import { ONE_STEP_AHEAD } from './aheadPolicy.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import type { DraftRequest, PlannedDrafts } from './draftSource.ts';
import { FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { FakePair } from './fakePair.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from './sampler/params.ts';
import type { Sequence, SpeculativeParams } from './sequence.ts';

const N_VOCAB = 97;

interface Request {
  readonly sampling?: Partial<SamplerParams>;
  readonly speculative?: Partial<SpeculativeParams>;
  readonly nPrompt?: number;
  readonly nPredict?: number;
}

function sequenceOf({ sampling, speculative, nPrompt = 5, nPredict = 40 }: Request, slot: number): Sequence {
  const prompt = Array.from({ length: nPrompt }, (_, i) => (i * (slot + 3)) % N_VOCAB);
  const sampler = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42 + slot, ...sampling }, N_VOCAB);
  for (const token of prompt) sampler.accept(token);
  return {
    slot,
    tokens: prompt,
    nPast: 0,
    sampler,
    probs: null,
    speculative: { nMin: 0, nMax: 3, pMin: 0, ...speculative },
    nRemain: nPredict,
  };
}

/** Drafts for the first request only, as a probe does. */
class FirstOnly extends DraftModel {
  override plan([first, ...others]: readonly DraftRequest[]): PlannedDrafts | null {
    const planned = super.plan([first]);
    return planned && { ...planned, drafts: [...planned.drafts, ...others.map(() => [])] };
  }
}

/** Decodes all requests together. Returns each one's samples and the fate of its drafts. */
async function run(
  requests: readonly Request[],
  {
    fused,
    follows = false,
    adaptive = false,
    firstOnly = false,
    draft,
    target,
  }: {
    fused: boolean;
    follows?: boolean;
    adaptive?: boolean;
    firstOnly?: boolean;
    draft?: FakeModelOptions;
    target?: FakeModelOptions;
  },
) {
  const targetModel = new FakeForwardPass(target);
  const draftModel = new FakeForwardPass(draft);
  const pair = new FakePair(targetModel, draftModel);
  const Source = firstOnly ? FirstOnly : DraftModel;
  const model = new Source(draftModel, fused ? pair : null);
  // A round takes 1 ms per row of the target and 0.5 ms per row of the draft model.
  const now = () => computedRows(targetModel) + computedRows(draftModel) / 2;
  const drafts = adaptive ? new AdaptiveDrafts(model) : model;
  const ahead = { ...ONE_STEP_AHEAD, followsRounds: () => follows };
  const decoder = new Decoder(targetModel, drafts, { nBatch: 16, now, ahead });
  const runs = requests.map((request, slot) => {
    const sequence = sequenceOf(request, slot);
    return { sequence, nEnd: sequence.tokens.length + sequence.nRemain, drafts: [] as number[][] };
  });
  for (;;) {
    const running = runs.filter(({ sequence, nEnd }) => sequence.tokens.length < nEnd);
    if (running.length === 0) break;
    const results = await decoder.step(running.map(({ sequence }) => sequence));
    for (const [i, { sequence, nEnd, drafts }] of running.entries()) {
      const { draft, nAccepted } = results[i];
      drafts.push([draft.length, nAccepted]);
      sequence.nRemain = nEnd - sequence.tokens.length;
    }
  }
  return {
    tokens: runs.map(({ sequence }): TokenId[] => sequence.tokens),
    drafts: runs.map(({ drafts }) => drafts),
    nFused: pair.nCalls,
    nFollowed: pair.nFollowed,
    nVerified: targetModel.calls.length,
  };
}

function computedRows({ calls }: FakeForwardPass): number {
  return calls.reduce((total, call) => total + ('rows' in call ? call.rows.length : 0), 0);
}

const GREEDY = { temperature: 0 };

const CASES: [string, readonly Request[], { draft?: FakeModelOptions; target?: FakeModelOptions }][] = [
  ['one sequence', [{ sampling: GREEDY }], { draft: { disagreement: 0.3 } }],
  ['a sampled one', [{ sampling: { temperature: 0.8 } }], { draft: { disagreement: 0.3 } }],
  [
    'several, greedy and sampled',
    [{ sampling: GREEDY }, { sampling: { temperature: 0.8 } }, { sampling: GREEDY, nPredict: 7 }],
    { draft: { disagreement: 0.3 } },
  ],
  [
    'one beside a prompt that takes many batches',
    [{ sampling: GREEDY }, { sampling: GREEDY, nPrompt: 70 }],
    { draft: { disagreement: 0.3 } },
  ],
  [
    'one beside another without drafts',
    [{ sampling: GREEDY }, { sampling: GREEDY, speculative: { nMax: 0 } }],
    { draft: { disagreement: 0.3 } },
  ],
  [
    'drafts with tokens that the target lacks',
    [{ sampling: GREEDY }],
    { draft: { nVocab: N_VOCAB + 40, disagreement: 0.3 } },
  ],
  [
    'a target without cells for all drafts',
    [{ sampling: GREEDY }, { sampling: GREEDY }],
    { target: { nCells: 91 }, draft: { disagreement: 0.1 } },
  ],
  ['a draft model without cells', [{ sampling: GREEDY }], { draft: { nCells: 20 } }],
];

describe('a round in one go', () => {
  it.each(CASES)('gives the same tokens from the same drafts: %s', async (_, requests, models) => {
    const generic = await run(requests, { ...models, fused: false });
    const fused = await run(requests, { ...models, fused: true });
    expect(fused.tokens).toEqual(generic.tokens);
    expect(fused.drafts).toEqual(generic.drafts);
    expect(generic.nFused).toBe(0);
    expect(fused.nFused).toBeGreaterThan(0);
    expect(fused.nVerified).toBe(generic.nVerified);
  });

  it.each(CASES)(
    'gives the same tokens in as many rounds if the next one is submitted before it is read: %s',
    async (_, requests, models) => {
      const generic = await run(requests, { ...models, fused: false });
      const followed = await run(requests, { ...models, fused: true, follows: true });
      expect(followed.tokens).toEqual(generic.tokens);
      expect(followed.nVerified).toBe(generic.nVerified);
      const adapted = await run(requests, { ...models, fused: true, follows: true, adaptive: true });
      expect(adapted.tokens).toEqual(generic.tokens);
    },
  );

  it('is followed by all the others where an answer is greedy and has cells', async () => {
    const greedy = [{ sampling: GREEDY }, { sampling: GREEDY }];
    const { nFollowed, nFused, nVerified } = await run(greedy, {
      fused: true,
      follows: true,
      draft: { disagreement: 0.2 },
    });
    // The prompts, and the last rounds, whose drafts must not exceed what is wanted.
    expect(nVerified - nFused - nFollowed).toBeLessThanOrEqual(3);
    expect(nFollowed).toBeGreaterThan(2 * nFused);
  });

  it.each(CASES)('gives the same tokens with drafts as long as pays: %s', async (_, requests, models) => {
    const generic = await run(requests, { ...models, fused: false });
    for (const fused of [false, true]) {
      const adapted = await run(requests, { ...models, fused, adaptive: true });
      expect(adapted.tokens).toEqual(generic.tokens);
      expect(adapted.drafts.flat().some(([nDrafted]) => nDrafted > 0)).toBe(true);
    }
  });

  it('gives the same tokens where one of two sequences has an empty draft', async () => {
    const requests = [{ sampling: GREEDY }, { sampling: GREEDY }];
    const options = { draft: { disagreement: 0.3 } };
    const generic = await run(requests, { ...options, fused: false });
    const probed = await run(requests, { ...options, fused: true, follows: true, firstOnly: true });
    expect(probed.tokens).toEqual(generic.tokens);
    expect(probed.nFused).toBeGreaterThan(0);
  });

  it('starts with the longest draft, and then drafts no more than pays', async () => {
    const { drafts } = await run([{ sampling: GREEDY, nPredict: 100 }], {
      fused: true,
      adaptive: true,
      draft: { seed: 99 },
    });
    const lengths = drafts[0].map(([nDrafted]) => nDrafted);
    expect(lengths.find(length => length > 0)).toBe(3);
    expect(lengths.reduce((a, b) => a + b, 0)).toBeLessThan(12);
  });

  it.each<[string, Request]>([
    ['a least probability', { speculative: { pMin: 0.1 } }],
    ['a chain that needs all logits', { sampling: { mirostat: 2 } }],
  ])('is not for %s', async (_, request) => {
    const { nFused, drafts } = await run([request], { fused: true });
    expect(nFused).toBe(0);
    expect(drafts[0].some(([nDrafted]) => nDrafted > 0)).toBe(true);
  });
});
