import { describe, expect, it } from 'vitest';
import { AdaptiveDrafts } from '../engine/adaptive/adaptiveDrafts.ts';
import { DraftModel } from '../engine/draftModel.ts';
import { FakeForwardPass } from '../engine/fakeForwardPass.ts';
import { NgramDrafts } from '../engine/ngram/ngramDrafts.ts';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../engine/sampler/params.ts';
import type { Sequence } from '../engine/sequence.ts';
import { type GivenOptions, withDefaults } from '../protocol/options.ts';
import {
  createDrafts,
  type LoadedDrafter,
  likelyDrafter,
  optionWarnings,
  outputRows,
  specKindsOf,
  specTypesOf,
} from './speculation.ts';
import { syntheticAcceptance } from './syntheticOptions.ts';

type Given = GivenOptions & { readonly modelDraft?: string };
const resolved = (given: Given) => withDefaults(given);

const modelDraft = 'https://example.com/draft.gguf';

describe('kinds of speculation', () => {
  it.each<[string, Given, string[], string[]]>([
    ['nothing', {}, [], []],
    ['a draft model', { modelDraft }, ['draft-simple'], ['draft-simple']],
    ['none of it', { modelDraft, specType: ['none'] }, ['none'], []],
    ['none and another', { specType: ['none', 'ngram-mod'] }, ['none', 'ngram-mod'], ['ngram-mod']],
    ['an MTP head', { specType: ['draft-mtp'] }, ['draft-mtp'], ['draft-mtp']],
    [
      'an MTP head in a file of its own',
      { modelDraft, specType: ['draft-mtp'] },
      ['draft-mtp'],
      ['draft-mtp'],
    ],
    ['a draft model that is not there', { specType: ['draft-simple'] }, ['draft-simple'], []],
    [
      'several',
      { modelDraft, specType: ['draft-simple', 'ngram-mod', 'ngram-simple'] },
      ['draft-simple', 'ngram-mod', 'ngram-simple'],
      ['ngram-simple', 'ngram-mod', 'draft-simple'],
    ],
    [
      'a draft model for something else',
      { modelDraft, specType: ['ngram-map-k'] },
      ['ngram-map-k'],
      ['ngram-map-k'],
    ],
  ])('for %s', (_, given, types, kinds) => {
    const options = resolved(given);
    const drafter = likelyDrafter(options);
    expect(specTypesOf(options, drafter)).toEqual(types);
    expect(specKindsOf(options, drafter)).toEqual(kinds);
  });

  it('give a warning when they are unavailable', () => {
    expect(optionWarnings(resolved({ specType: ['draft-simple'] }))).toEqual([
      expect.stringContaining('draft-simple needs a draft model'),
    ]);
    expect(optionWarnings(resolved({ modelDraft }))).toEqual([]);
    expect(optionWarnings(resolved({ modelDraft, specSynthLen: 2 }))).toEqual([
      expect.stringContaining('accepted at random'),
    ]);
    expect(optionWarnings(resolved({ lookupCache: 'a', specType: ['ngram-mod'] }))).toEqual([
      expect.stringContaining('lookupCache keeps what ngram-suffix learns'),
    ]);
    expect(optionWarnings(resolved({ lookupCache: 'a', specType: ['ngram-suffix'] }))).toEqual([]);
  });

  it('become one source, or none', () => {
    const sequence: Sequence = {
      ...{ slot: 0, tokens: [1], nPast: 0, probs: null, nRemain: 9 },
      sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
      speculative: { nMin: 0, nMax: 3, pMin: 0 },
    };
    const draft: LoadedDrafter = { kind: 'draft-simple', model: new FakeForwardPass(), pair: null };
    expect(createDrafts(resolved({}), null)).toBeNull();
    expect(createDrafts(resolved({ draftAdaptive: false, specType: ['draft-simple'] }), null)).toBeNull();
    expect(createDrafts(resolved({ draftAdaptive: false, modelDraft }), draft)).toBeInstanceOf(DraftModel);
    const mod = createDrafts(
      resolved({ draftAdaptive: false, specType: ['ngram-mod'], ngramModNMax: 50 }),
      null,
    );
    expect(mod).toBeInstanceOf(NgramDrafts);
    expect(mod?.longest(sequence)).toBe(50);
    const both = createDrafts(
      resolved({ draftAdaptive: false, modelDraft, specType: ['ngram-simple', 'draft-simple'] }),
      draft,
    );
    expect(both?.longest(sequence)).toBe(48);
    expect(createDrafts(resolved({ modelDraft }), draft)).toBeInstanceOf(AdaptiveDrafts);
    expect(createDrafts(resolved({ modelDraft, specSynthLen: 2 }), draft)).toBeInstanceOf(DraftModel);
  });
});

describe('synthetic acceptance', () => {
  it.each<[Given, readonly number[] | null]>([
    [{ modelDraft }, null],
    [{ modelDraft, specSynthRates: [0.5, 0.25, 0.25] }, [0.5, 0.5, 1]],
    [{ modelDraft, draftMax: 2, specSynthLen: 3 }, [1, 1]],
    [{ specType: ['ngram-simple'], ngramSimpleSizeM: 1, specSynthLen: 1 }, [0]],
  ])('of %j', (given, expected) => {
    const options = resolved(given);
    const kinds = specKindsOf(options, likelyDrafter(options));
    expect(syntheticAcceptance(options, kinds)).toEqual(expected);
  });

  it.each<[Given, string]>([
    [{ modelDraft, specSynthRates: [0.5] }, 'specSynthRates has 1 values, but the longest draft 3 tokens'],
    [{ modelDraft, specSynthRates: [] }, 'specSynthRates has 0 values'],
    [{ modelDraft, specSynthRates: [0.5, 0.6, 0.1] }, 'must not rise, but 0.6 follows 0.5'],
    [{ modelDraft, specSynthLen: 4.5 }, 'specSynthLen (4.5) must be from 1 to 4'],
    [{ modelDraft, specSynthLen: 2, specSynthRates: [1, 1, 1] }, 'exclude each other'],
    [{ specSynthLen: 2 }, 'needs drafts of at least one token'],
    [{ modelDraft, specType: ['none'], specSynthLen: 2 }, 'needs drafts of at least one token'],
    [{ specType: ['draft-simple'], specSynthLen: 2 }, 'needs drafts of at least one token'],
  ])('is refused for %j', (given, message) => {
    const options = resolved(given);
    const kinds = specKindsOf(options, likelyDrafter(options));
    expect(() => syntheticAcceptance(options, kinds)).toThrow(message);
  });
});

describe('output rows', () => {
  it.each<[string, Given, number]>([
    ['one per slot without drafts', { nSlots: 4 }, 4],
    ['and one per token of the longest draft', { modelDraft, nSlots: 2, draftMax: 8 }, 18],
    ['of look-ups as well', { specType: ['ngram-simple'] }, 49],
    ['all that a batch may have, to embed', { modelDraft, embeddings: true, nBatch: 32 }, 32],
  ])('are %s', (_, given, rows) => {
    const options = resolved(given);
    expect(outputRows(options, specKindsOf(options, likelyDrafter(options)))).toBe(rows);
  });
});
