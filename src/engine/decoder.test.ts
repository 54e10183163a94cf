import { describe, expect, it } from 'vitest';
import type { Candidates, TokenId } from '../forward/forward.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import type { DraftSource } from './draftSource.ts';
import { FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { FakePair } from './fakePair.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from './sampler/params.ts';
import type { ProbsRequest, SampledToken, Sequence, SpeculativeParams, StepResult } from './sequence.ts';

const N_VOCAB = 97;

interface RequestOptions {
  readonly slot?: number;
  readonly prompt?: readonly TokenId[];
  readonly sampling?: Partial<SamplerParams>;
  readonly speculative?: Partial<SpeculativeParams>;
  readonly probs?: ProbsRequest;
  readonly nPredict?: number;
}

function createSequence(options: RequestOptions = {}): Sequence {
  const { slot = 0, prompt = [1, 2, 3, 4, 5], sampling, speculative, probs = null, nPredict = 40 } = options;
  const sampler = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42, ...sampling }, N_VOCAB);
  for (const token of prompt) sampler.accept(token);
  return {
    slot,
    tokens: [...prompt],
    nPast: 0,
    sampler,
    probs,
    speculative: { nMin: 0, nMax: 3, pMin: 0, ...speculative },
    nRemain: nPredict,
  };
}

/** Steps all sequences like a server until each has `nRemain` tokens or a full context, and drops surplus tokens. */
async function generate(decoder: Decoder, sequences: readonly Sequence[], nCtx = 128) {
  const runs = sequences.map(sequence => ({
    sequence,
    nPrompt: sequence.tokens.length,
    nPredict: sequence.nRemain,
    sampled: [] as SampledToken[],
    results: [] as StepResult[],
  }));
  for (;;) {
    const running = runs.filter(
      run => run.sampled.length < run.nPredict && run.nPrompt + run.sampled.length < nCtx,
    );
    if (running.length === 0) return runs;
    const results = await decoder.step(running.map(({ sequence }) => sequence));
    for (const [i, run] of running.entries()) {
      run.results.push(results[i]);
      for (const sampled of results[i].sampled) {
        run.sampled.push(sampled);
        if (run.nPrompt + run.sampled.length >= nCtx) break;
      }
      run.sequence.nRemain = run.nPredict - run.sampled.length;
    }
  }
}

function tokensOf(sampled: readonly SampledToken[]): TokenId[] {
  return sampled.map(({ token }) => token);
}

function nDraftedIn(results: readonly StepResult[]): number {
  return results.reduce((total, { draft }) => total + draft.length, 0);
}

function sum(results: readonly StepResult[], key: 'nPrompt' | 'nAccepted'): number {
  return results.reduce((total, result) => total + result[key], 0);
}

/** Decodes one request on a fresh model. */
async function run(
  options: RequestOptions & {
    readonly target?: FakeModelOptions;
    readonly draft?: FakeModelOptions;
    readonly nBatch?: number;
    readonly fused?: boolean;
  } = {},
) {
  const target = new FakeForwardPass(options.target);
  const draft = options.draft && new FakeForwardPass(options.draft);
  const drafts = draft ? new DraftModel(draft, options.fused ? new FakePair(target, draft) : null) : null;
  const decoder = new Decoder(target, drafts, { nBatch: options.nBatch ?? 16 });
  const [result] = await generate(decoder, [createSequence(options)], target.nCtx);
  return { ...result, target, draft, tokens: tokensOf(result.sampled) };
}

const samplings: [string, Partial<SamplerParams>][] = [
  ['greedy', { temperature: 0 }],
  ['the defaults', {}],
  ['a high temperature', { temperature: 2, topK: 0, topP: 1, minP: 0 }],
  ['penalties and DRY', { repeatPenalty: 1.3, presencePenalty: 0.4, dryMultiplier: 1 }],
  ['mirostat', { mirostat: 2 }],
  ['xtc', { xtcProbability: 0.5, xtcThreshold: 0.05 }],
];

const draftModels: [string, FakeModelOptions][] = [
  ['a perfect draft', {}],
  ['a good draft', { disagreement: 0.2 }],
  ['a bad draft', { disagreement: 0.8 }],
  ['an unrelated draft', { seed: 99 }],
];

describe('speculative decoding', () => {
  describe.each(samplings)('with %s', (_, sampling) => {
    it.each(draftModels)('gives the same tokens with %s as without', async (__, draft) => {
      for (const seed of [1, 42, 4242]) {
        for (const nMax of [1, 3, 8]) {
          const plain = await run({ sampling: { ...sampling, seed } });
          const speculated = await run({ sampling: { ...sampling, seed }, draft, speculative: { nMax } });
          expect(speculated.tokens).toEqual(plain.tokens);
          const fused = await run({
            sampling: { ...sampling, seed },
            draft,
            speculative: { nMax },
            fused: true,
          });
          expect(fused.tokens).toEqual(plain.tokens);
        }
      }
    });
  });

  it.each(samplings)('samples token by token without a draft, with %s', async (_, sampling) => {
    const model = new FakeForwardPass();
    const { tokens, sampler } = createSequence({ sampling });
    while (tokens.length < 45) {
      const rows = tokens.map((token, position) => ({ token, position, slot: 0, output: true }));
      let last: Candidates[] = [];
      for (let at = 0; at < rows.length; at += 16)
        last = await model.forward(rows.slice(at, at + 16), 'logits');
      const token = sampler.sample(last[last.length - 1]);
      sampler.accept(token);
      tokens.push(token);
    }
    expect((await run({ sampling })).tokens).toEqual(tokens.slice(5));
  });

  it('accepts every token of a perfect draft at temperature 0, and a bonus token with it', async () => {
    const { results, sampled } = await run({ sampling: { temperature: 0 }, draft: {}, nPredict: 21 });
    expect(results.map(result => result.sampled.length)).toEqual([1, 4, 4, 4, 4, 4]);
    expect(nDraftedIn(results)).toBe(15);
    expect(sum(results, 'nAccepted')).toBe(15);
    expect(sampled.slice(1, 9).map(({ drafted }) => drafted)).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('counts what was drafted and accepted', async () => {
    const { results, sampled } = await run({ draft: { disagreement: 0.3 } });
    const nAccepted = sampled.filter(({ drafted }) => drafted).length;
    expect(sum(results, 'nAccepted')).toBe(nAccepted);
    expect(nAccepted).toBeGreaterThan(0);
    expect(nDraftedIn(results)).toBeGreaterThan(nAccepted);
    for (const result of results) expect(result.sampled.length).toBeLessThanOrEqual(result.nAccepted + 1);
  });

  it('does not draft before the first token is sampled, nor with nMax 0', async () => {
    const { results } = await run({ draft: {} });
    expect(results[0]).toMatchObject({ draft: [], drafter: null, nPrompt: 5 });
    expect(nDraftedIn((await run({ draft: {}, speculative: { nMax: 0 } })).results)).toBe(0);
  });

  it.each([1, 2, 3, 4, 5])('samples exactly %i tokens when that many are wanted', async nPredict => {
    const sampling = { temperature: 0 };
    const { results, tokens } = await run({ sampling, draft: {}, speculative: { nMax: 8 }, nPredict });
    expect(tokens).toEqual((await run({ sampling, nPredict })).tokens);
    expect(tokens).toHaveLength(nPredict);
    expect(nDraftedIn(results)).toBe(Math.max(0, nPredict - 2));
  });

  it('never drafts more than can still be sampled', async () => {
    const { results, sampled } = await run({ sampling: { temperature: 0 }, draft: {}, nPredict: 8 });
    expect(results.map(({ draft }) => draft.length)).toEqual([0, 3, 2]);
    expect(sampled).toHaveLength(8);
  });

  it('throws away drafts shorter than nMin', async () => {
    const pMin = 0.3;
    const all = await run({ draft: {}, speculative: { nMax: 4, pMin } });
    const lengths = all.results.map(({ draft }) => draft.length);
    expect(lengths.some(n => n > 0 && n < 2)).toBe(true);
    const long = await run({ draft: {}, speculative: { nMin: 2, nMax: 4, pMin } });
    expect(long.results.every(({ draft }) => draft.length === 0 || draft.length >= 2)).toBe(true);
    expect(nDraftedIn(long.results)).toBeGreaterThan(0);
    expect(long.tokens).toEqual(all.tokens);
  });

  it('does not ask for a draft that could not reach nMin', async () => {
    const { draft, results } = await run({ draft: {}, speculative: { nMin: 3 }, nPredict: 3 });
    expect(results).toHaveLength(3);
    expect(draft?.calls.some(({ kind }) => kind === 'draft')).toBe(false);
  });

  it.each([20, 21, 22, 23, 24, 25])('fills a context of %i exactly as plain decoding does', async nCtx => {
    const target = { nCtx };
    const plain = await run({ target, sampling: { temperature: 0 }, nPredict: 100 });
    const speculated = await run({
      target,
      draft: { nCtx },
      sampling: { temperature: 0 },
      speculative: { nMax: 8 },
      nPredict: 100,
    });
    expect(plain.tokens).toHaveLength(nCtx - 5);
    expect(speculated.tokens).toEqual(plain.tokens);
    expect(speculated.sequence.tokens).toHaveLength(nCtx);
  });

  it('gives drafted tokens the probabilities that plain decoding gives them', async () => {
    for (const postSampling of [false, true]) {
      const probs = { n: 3, postSampling };
      const plain = await run({ probs });
      const speculated = await run({ probs, draft: { disagreement: 0.2 } });
      expect(speculated.sampled.some(({ drafted }) => drafted)).toBe(true);
      expect(speculated.sampled.map(sampled => sampled.probs)).toEqual(
        plain.sampled.map(sampled => sampled.probs),
      );
      expect(plain.sampled.every(sampled => sampled.probs?.own.token === sampled.token)).toBe(true);
    }
  });

  it('cuts a draft before a token that the target does not have', async () => {
    const drafts: DraftSource = {
      longest: () => 3,
      drafterOf: () => 'ngram-simple',
      draft: async requests => requests.map(() => [N_VOCAB, 3]),
      follow: async () => {},
      shift: () => {},
      copy: () => {},
    };
    const decoder = new Decoder(new FakeForwardPass(), drafts, { nBatch: 16 });
    const [{ results, sampled }] = await generate(decoder, [createSequence()]);
    expect(nDraftedIn(results)).toBe(0);
    expect(tokensOf(sampled)).toEqual((await run()).tokens);
  });
});

describe('prompts', () => {
  const prompt = Array.from({ length: 40 }, (_, i) => (i * 31) % N_VOCAB);

  it.each([4, 5, 7, 13, 16])('give the same tokens in chunks of %i', async nBatch => {
    const expected = await run({ prompt, target: { maxRows: 64 }, nBatch: 64 });
    const chunked = await run({ prompt, nBatch, draft: { maxRows: 6 } });
    expect(chunked.tokens).toEqual(expected.tokens);
    expect(chunked.results[0]).toMatchObject({ nPrompt: nBatch, sampled: [] });
    expect(sum(chunked.results, 'nPrompt')).toBe(40);
  });

  it('reach the draft model a batch at a time, behind the target', async () => {
    const draft = new FakeForwardPass();
    const decoder = new Decoder(new FakeForwardPass(), new DraftModel(draft), { nBatch: 16 });
    await generate(decoder, [createSequence({ prompt, nPredict: 5 })]);
    const sizes = draft.calls.map(call => ('rows' in call ? call.rows.length : 0));
    expect(sizes.slice(0, 3)).toEqual([16, 16, 9]);
  });

  it('start behind what the cache already holds', async () => {
    const target = new FakeForwardPass();
    const decoder = new Decoder(target, null, { nBatch: 16 });
    await generate(decoder, [createSequence({ prompt, nPredict: 5 })]);
    const again = createSequence({ prompt });
    again.nPast = 39;
    const [{ results, sampled }] = await generate(decoder, [again]);
    expect(results[0].nPrompt).toBe(1);
    expect(tokensOf(sampled)).toEqual((await run({ prompt })).tokens);
  });

  it('of one token work', async () => {
    expect((await run({ prompt: [7] })).results[0]).toMatchObject({
      nPrompt: 1,
      sampled: [{ drafted: false }],
    });
  });
});

describe('continuous batching', () => {
  const requests: RequestOptions[] = [
    { slot: 2, prompt: Array.from({ length: 30 }, (_, i) => i), sampling: { temperature: 0 }, nPredict: 30 },
    { slot: 0, prompt: [9, 8, 7], sampling: { seed: 7 }, nPredict: 50 },
    { slot: 3, prompt: [5, 5], sampling: { topK: 0, seed: 8 }, speculative: { nMax: 8 } },
    { slot: 1, prompt: Array.from({ length: 50 }, (_, i) => 96 - i), speculative: { nMax: 0 }, nPredict: 11 },
  ];

  it.each([
    ['without a draft', undefined, 16],
    ['with a draft', { disagreement: 0.3 }, 16],
    ['with hardly any room', { disagreement: 0.3 }, 4],
  ])('answers each request as if it were alone, %s', async (_, draft, nBatch) => {
    const drafts = draft ? new DraftModel(new FakeForwardPass(draft)) : null;
    const decoder = new Decoder(new FakeForwardPass(), drafts, { nBatch });
    const together = await generate(decoder, requests.map(createSequence));
    for (const [i, request] of requests.entries()) {
      expect(tokensOf(together[i].sampled)).toEqual((await run(request)).tokens);
    }
  });

  it('makes one call of the target per step, of no more than nBatch rows', async () => {
    const target = new FakeForwardPass();
    const decoder = new Decoder(target, new DraftModel(new FakeForwardPass()), { nBatch: 10 });
    const runs = await generate(decoder, requests.map(createSequence));
    const nSteps = Math.max(...runs.map(({ results }) => results.length));
    expect(target.calls).toHaveLength(nSteps);
    for (const call of target.calls) {
      if (call.kind === 'forward') expect(call.rows.length).toBeLessThanOrEqual(10);
    }
  });

  it('gives the rows that drafts did not need to prompts', async () => {
    const drafts: DraftSource = {
      longest: () => 12,
      drafterOf: () => 'ngram-simple',
      draft: async requests => requests.map(() => [1]),
      follow: async () => {},
      shift: () => {},
      copy: () => {},
    };
    const decoder = new Decoder(new FakeForwardPass(), drafts, { nBatch: 16 });
    const generating = createSequence();
    await decoder.step([generating]);
    const waiting = createSequence({ slot: 1, prompt: new Array<number>(40).fill(2) });
    const [first, second] = await decoder.step([generating, waiting]);
    expect(first).toMatchObject({ draft: [1], drafter: 'ngram-simple' });
    expect(second.nPrompt).toBe(14);
  });

  it.each<[string, RequestOptions[], string]>([
    ['argmax for greedy requests', [{ sampling: { temperature: 0 } }], 'argmax'],
    ['topK when one of them samples', [{ sampling: { temperature: 0 } }, { slot: 1 }], 'topK'],
    ['logits when one of them must see all', [{ slot: 1 }, { sampling: { topK: 0 } }], 'logits'],
    [
      'logits for raw probabilities',
      [{ sampling: { temperature: 0 }, probs: { n: 1, postSampling: false } }],
      'logits',
    ],
    ['no more for probabilities after sampling', [{ probs: { n: 1, postSampling: true } }], 'topK'],
    [
      'argmax while no prompt is finished',
      [{ prompt: new Array<number>(20).fill(1), sampling: { topK: 0 } }],
      'argmax',
    ],
  ])('asks for %s', async (_, options, kind) => {
    const target = new FakeForwardPass();
    await new Decoder(target, null, { nBatch: 16 }).step(options.map(createSequence));
    expect(target.calls[0]).toMatchObject({ kind: 'forward', output: kind });
  });

  it('refuses a batch with fewer rows than slots', () => {
    expect(() => new Decoder(new FakeForwardPass(), null, { nBatch: 3 })).toThrowError(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  it('refuses two sequences in one slot', async () => {
    const decoder = new Decoder(new FakeForwardPass(), null, { nBatch: 16 });
    await expect(decoder.step([createSequence(), createSequence()])).rejects.toThrow(
      'two sequences in one slot',
    );
  });
});

describe('a failing model', () => {
  it.each(['target', 'draft'] as const)('(%s) leaves the sequences as they were', async which => {
    const models = { target: new FakeForwardPass(), draft: new FakeForwardPass({ disagreement: 0.3 }) };
    const decoder = new Decoder(models.target, new DraftModel(models.draft), { nBatch: 16 });
    const sequence = createSequence();
    const first = [...(await decoder.step([sequence])), ...(await decoder.step([sequence]))];
    const before = { ...sequence, tokens: [...sequence.tokens] };
    models[which].failNext(new Error('device lost'));
    await expect(decoder.step([sequence])).rejects.toThrow('device lost');
    expect(sequence).toEqual(before);

    const nSampled = sum(first, 'nAccepted') + first.length;
    sequence.nRemain -= nSampled;
    const [{ sampled }] = await generate(decoder, [sequence]);
    expect(tokensOf([...first.flatMap(result => result.sampled), ...sampled])).toEqual((await run()).tokens);
  });
});

describe('context shift', () => {
  /** Decodes 60 tokens in a context of 20, shifting whenever it is full. */
  async function runShifting(draft?: FakeModelOptions) {
    const target = new FakeForwardPass({ nCtx: 20 });
    const drafts = draft ? new DraftModel(new FakeForwardPass({ nCtx: 20, ...draft })) : null;
    const decoder = new Decoder(target, drafts, { nBatch: 16 });
    const sequence = createSequence({ speculative: { nMax: 6 } });
    const tokens: TokenId[] = [];
    while (tokens.length < 60) {
      if (sequence.tokens.length >= 20) decoder.shift(sequence, 2, 9);
      sequence.nRemain = 60 - tokens.length;
      const [{ sampled }] = await decoder.step([sequence]);
      tokens.push(...tokensOf(sampled));
    }
    return { tokens, sequence, target };
  }

  it('drops the tokens and moves the cache', async () => {
    const { target, sequence } = await runShifting();
    expect(target.calls.filter(({ kind }) => kind === 'shift').length).toBeGreaterThan(3);
    expect(sequence.tokens.length).toBeLessThanOrEqual(20);
    expect(sequence.nPast).toBe(sequence.tokens.length - 1);
    expect(sequence.tokens.slice(0, 2)).toEqual([1, 2]);
  });

  it.each(draftModels)('gives the same tokens with %s as without', async (_, draft) => {
    expect((await runShifting(draft)).tokens).toEqual((await runShifting()).tokens);
  });

  it('moves the cache of the draft rather than decoding it again', async () => {
    const draft = new FakeForwardPass({ nCtx: 20 });
    const decoder = new Decoder(new FakeForwardPass({ nCtx: 20 }), new DraftModel(draft), { nBatch: 16 });
    const sequence = createSequence();
    for (let step = 0; step < 40; step++) {
      if (sequence.tokens.length >= 20) decoder.shift(sequence, 2, 9);
      await decoder.step([sequence]);
    }
    const sizes = draft.calls.map(call => (call.kind === 'draft' ? call.rows.length : 0));
    expect(draft.calls.filter(({ kind }) => kind === 'shift').length).toBeGreaterThan(2);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(5);
  });

  it('refuses positions that are not decoded', () => {
    const decoder = new Decoder(new FakeForwardPass(), null, { nBatch: 16 });
    expect(() => decoder.shift(createSequence(), 1, 2)).toThrow('cannot drop positions [1, 3) of 0');
  });
});
