import { describe, expect, it } from 'vitest';
import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import { GainPacer } from '../adaptive/gainPacer.ts';
import { Decoder } from '../decoder.ts';
import { DraftChain } from '../draftChain.ts';
import { DraftModel } from '../draftModel.ts';
import type { DraftSource } from '../draftSource.ts';
import { FakeForwardPass } from '../fakeForwardPass.ts';
import { GrammarMatcher } from '../grammar/matcher.ts';
import { parseGrammar } from '../grammar/parse.ts';
import { grammarVocabulary } from '../grammar/vocabularyTrie.ts';
import { createSampler } from '../sampler/createSampler.ts';
import { GrammarSampler } from '../sampler/grammarSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from '../sampler/params.ts';
import type { Sequence } from '../sequence.ts';
import { SuffixDrafts } from '../suffix/suffixDrafts.ts';
import { SuffixMemory } from '../suffix/suffixMemory.ts';
import { NgramDrafts } from './ngramDrafts.ts';
import { NgramMapK } from './ngramMapK.ts';
import { NgramMapK4v } from './ngramMapK4v.ts';
import { NgramMod } from './ngramMod.ts';
import { NgramSimple } from './ngramSimple.ts';
import { NgramTable } from './ngramTable.ts';

const N_VOCAB = 97;
const N_CTX = 64;
const EOG = 0;
const vocabulary = grammarVocabulary(
  Array.from({ length: N_VOCAB }, (_, id) => (id < 2 ? new Uint8Array() : Uint8Array.of(0x20 + id - 2))),
  [EOG],
);

/** Text over few tokens repeats itself, so that n-grams find something. */
const REPETITIVE: Partial<SamplerParams> = {
  logitBias: Array.from({ length: N_VOCAB }, (_, token) => ({ token, bias: token < 4 ? 30 : 0 })),
};

const sizes = { sizeN: 2, sizeM: 4 };

/** Sources, and the drafted tokens that a request accepts at least: lengths that pay depend on the machine. */
const sources: [string, () => DraftSource, number?][] = [
  ['ngram-simple', () => new NgramDrafts('ngram-simple', 4, () => new NgramSimple(sizes))],
  ['ngram-map-k', () => new NgramDrafts('ngram-map-k', 4, () => new NgramMapK(sizes))],
  [
    'ngram-map-k4v',
    () => new NgramDrafts('ngram-map-k4v', 4, () => new NgramMapK4v({ ...sizes, minHits: 1 })),
    3,
  ],
  ['ngram-mod', () => modDrafts()],
  ['ngram-suffix', () => suffixDrafts(null)],
  ['ngram-suffix with lengths that pay', () => suffixDrafts(new GainPacer()), 0],
  [
    'several kinds and a draft model',
    () =>
      new DraftChain([
        new NgramDrafts('ngram-simple', 4, () => new NgramSimple(sizes)),
        modDrafts(),
        suffixDrafts(null),
        new DraftModel(new FakeForwardPass({ nCtx: N_CTX, disagreement: 0.3 })),
      ]),
  ],
];

function modDrafts(): DraftSource {
  const table = new NgramTable(3);
  return new NgramDrafts('ngram-mod', 6, () => new NgramMod(table, { nMin: 1, nMax: 6 }));
}

function suffixDrafts(pacer: GainPacer | null): DraftSource {
  return new SuffixDrafts({ nMax: 6, memory: new SuffixMemory(512), pacer });
}

const requests: [string, Partial<SamplerParams>, string | null][] = [
  ['greedy', { ...REPETITIVE, temperature: 0 }, null],
  ['sampled', { ...REPETITIVE, seed: 7 }, null],
  ['with penalties', { ...REPETITIVE, seed: 8, repeatPenalty: 1.1, dryMultiplier: 0.5 }, null],
  ['under a grammar', { seed: 9 }, 'root ::= ([ab] "c" | "d")*'],
];

function createSequence(slot: number, sampling: Partial<SamplerParams>, grammar: string | null): Sequence {
  const prompt = Array.from({ length: 20 }, (_, i) => 2 + (i % (5 + slot)));
  const chain = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 42, ...sampling }, N_VOCAB);
  const sampler =
    grammar === null
      ? chain
      : new GrammarSampler(chain, new GrammarMatcher(parseGrammar(grammar), vocabulary), EOG);
  for (const token of prompt) sampler.accept(token);
  return {
    slot,
    tokens: prompt,
    nPast: 0,
    sampler,
    probs: null,
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
    nRemain: 150,
  };
}

/** Decodes 150 tokens in each slot, shifting whenever a context is full. */
async function generate(drafts: DraftSource | null, sequences: readonly Sequence[]) {
  const decoder = new Decoder(new FakeForwardPass({ nCtx: N_CTX }), drafts, { nBatch: 16 });
  const texts = sequences.map((): TokenId[] => []);
  let nDrafted = 0;
  let nAccepted = 0;
  const drafters = new Set<DraftKind>();
  for (;;) {
    const running = sequences.filter(({ nRemain }) => nRemain > 0);
    if (running.length === 0) return { texts, nDrafted, nAccepted, drafters };
    for (const sequence of running) {
      if (sequence.tokens.length >= N_CTX) decoder.shift(sequence, 4, 25);
    }
    for (const result of await decoder.step(running)) {
      nDrafted += result.draft.length;
      nAccepted += result.nAccepted;
      expect(result.drafter === null).toBe(result.draft.length === 0);
      if (result.drafter !== null) drafters.add(result.drafter);
      texts[sequences.indexOf(result.sequence)].push(...result.sampled.map(({ token }) => token));
      result.sequence.nRemain -= result.sampled.length;
    }
  }
}

describe.each(sources)('%s', (_, createDrafts, least = 11) => {
  it.each(requests)('gives the tokens of plain decoding, %s, in one slot', async (__, sampling, grammar) => {
    const plain = await generate(null, [createSequence(0, sampling, grammar)]);
    const drafted = await generate(createDrafts(), [createSequence(0, sampling, grammar)]);
    expect(drafted.texts).toEqual(plain.texts);
    expect(plain.texts[0]).toHaveLength(150);
    expect(drafted.nAccepted).toBeGreaterThanOrEqual(least);
    expect(drafted.nDrafted).toBeGreaterThanOrEqual(drafted.nAccepted);
  });

  it('gives the tokens of plain decoding in several slots at once, one request after the other', async () => {
    const create = () =>
      requests.map(([, sampling, grammar], slot) => createSequence(slot, sampling, grammar));
    const plain = await generate(null, create());
    const drafts = createDrafts();
    for (let round = 0; round < 2; round++) {
      expect((await generate(drafts, create())).texts).toEqual(plain.texts);
    }
  });
});

it.each([
  ['ngram-map-k', ['ngram-map-k']],
  ['several kinds and a draft model', ['draft-simple', 'ngram-mod', 'ngram-simple', 'ngram-suffix']],
])('each step of %s names the kind that drafted: %j', async (name, kinds) => {
  const createDrafts = sources.find(([candidate]) => candidate === name)?.[1];
  const [, sampling, grammar] = requests[1];
  const { drafters } = await generate(createDrafts?.() ?? null, [createSequence(0, sampling, grammar)]);
  expect([...drafters].sort()).toEqual(kinds);
});

it('does not draft for a request with nMax 0', async () => {
  const [, sampling] = requests[0];
  const [[, createDrafts]] = sources;
  const sequence = {
    ...createSequence(0, sampling, null),
    speculative: { nMin: 0, nMax: 0, pMin: 0 },
  };
  expect((await generate(createDrafts(), [sequence])).nDrafted).toBe(0);
});
