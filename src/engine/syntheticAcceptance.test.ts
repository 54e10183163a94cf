import { describe, expect, it } from 'vitest';
import type { TokenId } from '../forward/forward.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import { FakeForwardPass } from './fakeForwardPass.ts';
import type { Sampler } from './sampler/chain.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from './sampler/params.ts';
import { SyntheticAcceptance } from './syntheticAcceptance.ts';

const N_VOCAB = 97;
const N_PREDICT = 40;

/** Chain that records the tokens accepted without advancing its grammar. */
function watched(chain: Sampler): Sampler & { readonly past: TokenId[] } {
  const past: TokenId[] = [];
  return {
    past,
    needs: chain.needs,
    accept(token, advancesGrammar = true) {
      if (!advancesGrammar) past.push(token);
      chain.accept(token);
    },
    sample: candidates => chain.sample(candidates),
    survivors: () => chain.survivors(),
    // Cuts every draft to nothing, if it is asked.
    countAllowed: () => 0,
  };
}

/** Decodes one request with an unrelated draft of three tokens per step. */
async function run(probabilities: readonly number[] | null, eogTokens: readonly TokenId[] = [], seed = 5) {
  const drafts = new DraftModel(new FakeForwardPass({ seed: 99 }));
  const decoder = new Decoder(new FakeForwardPass(), drafts, { nBatch: 16 });
  const sampler = watched(createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42 }, N_VOCAB));
  const sequence = {
    slot: 0,
    tokens: [1, 2, 3],
    nPast: 0,
    sampler,
    probs: null,
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
    synthetic: probabilities && new SyntheticAcceptance(probabilities, eogTokens, seed),
    nRemain: N_PREDICT,
  };
  let nDrafted = 0;
  let nAccepted = 0;
  const lengths: number[] = [];
  while (sequence.nRemain > 0) {
    const [result] = await decoder.step([sequence]);
    nDrafted += result.draft.length;
    nAccepted += result.nAccepted;
    lengths.push(result.sampled.length);
    sequence.nRemain -= result.sampled.length;
  }
  return { tokens: sequence.tokens, nDrafted, nAccepted, lengths, past: sampler.past };
}

/** Samples of the request without a draft. */
async function plainTokens(): Promise<TokenId[]> {
  const decoder = new Decoder(new FakeForwardPass(), null, { nBatch: 16 });
  const sampler = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42 }, N_VOCAB);
  const sequence = {
    ...{ slot: 0, tokens: [1, 2, 3], nPast: 0, sampler, probs: null, nRemain: N_PREDICT },
    speculative: { nMin: 0, nMax: 0, pMin: 0 },
  };
  for (let i = 0; i < N_PREDICT; i++) await decoder.step([sequence]);
  return sequence.tokens;
}

describe('synthetic acceptance', () => {
  it('is plain decoding at rate 0', async () => {
    const { tokens, nDrafted, nAccepted } = await run([0, 0, 0]);
    expect(tokens).toEqual(await plainTokens());
    expect(nDrafted).toBeGreaterThan(0);
    expect(nAccepted).toBe(0);
  });

  it('accepts all draft tokens at rate 1, without advancing the grammar', async () => {
    const { nDrafted, nAccepted, lengths, past } = await run([1, 1, 1]);
    expect(nAccepted).toBe(nDrafted);
    expect(past).toHaveLength(nAccepted);
    expect(lengths.slice(0, 4)).toEqual([1, 4, 4, 4]);
  });

  it('makes equal decisions for equal seeds', async () => {
    const first = await run([0.75, 0.75, 0.75]);
    expect(await run([0.75, 0.75, 0.75])).toEqual(first);
    expect((await run([0.75, 0.75, 0.75], [], 6)).lengths).not.toEqual(first.lengths);
    expect(first.nAccepted).toBeGreaterThan(0);
    expect(first.nAccepted).toBeLessThan(first.nDrafted);
  });

  it('never accepts a token that ends the answer', async () => {
    const all = Array.from({ length: N_VOCAB }, (_, id) => id);
    const { tokens, nAccepted } = await run([1, 1, 1], all);
    expect(nAccepted).toBe(0);
    expect(tokens).toEqual(await plainTokens());
  });

  it('accepts nothing beyond the last rate', async () => {
    const { lengths } = await run([1]);
    expect(Math.max(...lengths)).toBe(2);
  });

  it('does not verify a draft that cannot be sampled when acceptance is not synthetic', async () => {
    expect((await run(null)).nDrafted).toBe(0);
  });
});
