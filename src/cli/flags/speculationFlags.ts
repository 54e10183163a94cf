import { SPEC_TYPES, type SpecType } from '../../protocol/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type Flag, type Given, invalidValue, numberSetting, toggle, valued, withSettings } from './flag.ts';
import { anyNumber, wholeNumber } from './values.ts';

/** llama.cpp's kinds of speculation that are not built. */
const OTHER_TYPES = [
  'draft-eagle3',
  'draft-mtp',
  'draft-dflash',
  'draft-dspark',
  'ngram-map-k4v',
  'ngram-cache',
];

/** Values that llama.cpp's `--spec-default` sets. */
const NGRAM_MOD_DEFAULTS = { ngramModNMatch: 24, ngramModNMin: 48, ngramModNMax: 64 };

/** Flags for the kinds and lengths of speculation. */
export const SPECULATION_FLAGS: readonly Flag[] = [
  valued(
    {
      names: ['--spec-type'],
      value: 'TYPES',
      help: `what guesses, one or more of ${SPEC_TYPES.join(', ')} (default: the draft model, if there is one)`,
      env: 'LLAMA_ARG_SPEC_TYPE',
    },
    specTypes,
    withSpecTypes,
  ),
  {
    names: ['--spec-default'],
    help: 'ngram-mod with its defaults',
    apply: given => withSettings(withSpecTypes(given, ['ngram-mod']), NGRAM_MOD_DEFAULTS),
  },
  numberSetting('draftMax', wholeNumber, {
    names: ['--spec-draft-n-max', '--draft', '--draft-n', '--draft-max'],
    help: 'longest draft of the draft model (default: 3)',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MAX',
  }),
  numberSetting('draftMin', wholeNumber, {
    names: ['--spec-draft-n-min', '--draft-min', '--draft-n-min'],
    help: 'shortest one worth verifying (default: 0)',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MIN',
  }),
  numberSetting('pMin', anyNumber, {
    names: ['--spec-draft-p-min', '--draft-p-min'],
    help: 'probability below which drafting stops (default: 0)',
    env: 'LLAMA_ARG_SPEC_DRAFT_P_MIN',
  }),
  toggle('draftAdaptive', {
    names: ['--spec-adaptive'],
    off: ['--no-spec-adaptive'],
    help: 'make drafts as long as pays, or none where none pays (default: on)',
  }),
  numberSetting('ngramSimpleSizeN', wholeNumber, {
    names: ['--spec-ngram-simple-size-n'],
    help: 'ngram-simple: tokens to look up (default: 12)',
  }),
  numberSetting('ngramSimpleSizeM', wholeNumber, {
    names: ['--spec-ngram-simple-size-m'],
    help: 'ngram-simple: longest draft (default: 48)',
  }),
  minHits('ngram-simple'),
  numberSetting('ngramMapKSizeN', wholeNumber, {
    names: ['--spec-ngram-map-k-size-n'],
    help: 'ngram-map-k: tokens to look up (default: 12)',
  }),
  numberSetting('ngramMapKSizeM', wholeNumber, {
    names: ['--spec-ngram-map-k-size-m'],
    help: 'ngram-map-k: longest draft (default: 48)',
  }),
  minHits('ngram-map-k'),
  numberSetting('ngramModNMatch', wholeNumber, {
    names: ['--spec-ngram-mod-n-match'],
    help: 'ngram-mod: tokens to look up (default: 24)',
  }),
  numberSetting('ngramModNMin', wholeNumber, {
    names: ['--spec-ngram-mod-n-min'],
    help: 'ngram-mod: shortest draft worth verifying (default: 48)',
  }),
  numberSetting('ngramModNMax', wholeNumber, {
    names: ['--spec-ngram-mod-n-max'],
    help: 'ngram-mod: longest draft (default: 64)',
  }),
  valued(
    {
      names: ['--spec-synth-rates'],
      value: 'P0,P1,…',
      help: 'for benchmarks only: accept drafts at random, the first i + 1 tokens with probability Pi',
      env: 'LLAMA_ARG_SPEC_SYNTH_RATES',
    },
    (text, name) => text.split(',').map(rate => anyNumber(rate, name)),
    (given, specSynthRates) => withSettings(given, { specSynthRates }),
  ),
  numberSetting('specSynthLen', anyNumber, {
    names: ['--spec-synth-len'],
    value: 'L',
    help: 'for benchmarks only: accept drafts at random, so that a step yields L tokens on average',
    env: 'LLAMA_ARG_SPEC_SYNTH_LEN',
  }),
];

/** Types of one list; `none` discards the others. */
function specTypes(text: string, name: string): readonly SpecType[] {
  const types = text.split(',').map(part => {
    const type = part.trim();
    if (OTHER_TYPES.includes(type)) {
      throw new ForetokenError(
        'invalid_option',
        `${name} ${type} is not supported; give one or more of ${SPEC_TYPES.join(', ')}`,
      );
    }
    const known = SPEC_TYPES.find(candidate => candidate === type);
    if (known === undefined) throw invalidValue(text, name, SPEC_TYPES.join(' or '));
    return known;
  });
  return types.includes('none') ? ['none'] : types;
}

/** Appends the types of a list to those of earlier ones. */
function withSpecTypes(given: Given, types: readonly SpecType[]): Given {
  return withSettings(given, { specType: [...(given.settings.specType ?? []), ...types] });
}

/** Threshold that llama.cpp reads, but ignores for this kind. */
function minHits(kind: string): Flag {
  return valued(
    {
      names: [`--spec-${kind}-min-hits`],
      value: 'N',
      help: 'without effect, as in llama.cpp',
    },
    (text, name) => {
      if (wholeNumber(text, name) < 1) throw invalidValue(text, name, 'a whole number from 1');
    },
    given => given,
  );
}
