import { DRAFT_KINDS } from '../../util/draftKinds.ts';
import { option } from './option.ts';
import { boolean, integer, list, number, text, word } from './valueTypes.ts';

/** Kinds of speculation. All names but `ngram-suffix` are llama.cpp's `--spec-type`. */
const SPEC_TYPES = ['none', ...DRAFT_KINDS] as const;
export type SpecType = (typeof SPEC_TYPES)[number];

const OTHER_SPEC_TYPES = {
  words: ['draft-dflash', 'draft-dspark'],
  reason: 'this kind of speculation is not built',
};

/** Row of a length of n-gram look-ups, in tokens. */
function ngramLength(fallback: number, flag: string, help: string, min = 1) {
  return option(integer(min, 1024), { default: fallback, flag, help });
}

/** `none` discards the others of its list, as in llama.cpp, whose `ngram-cache` does the work of `ngram-suffix`. */
function readTypes(types: string): string {
  const names = types.split(',').map(type => type.trim());
  if (names.includes('none')) return 'none';
  return names.map(name => (name === 'ngram-cache' ? 'ngram-suffix' : name)).join();
}

/** Options of speculative decoding. */
export const SPECULATION_OPTIONS = {
  /**
   * Kinds of speculation. N-gram look-ups are asked before the draft model, the MTP head or the EAGLE-3 draft, and the first draft that
   * is not empty is verified. Default: what the file of the draft holds if there is one, else the MTP head if the model's file has one.
   */
  specType: option(list(word(SPEC_TYPES, OTHER_SPEC_TYPES)), {
    flag: '--spec-type',
    env: 'LLAMA_ARG_SPEC_TYPE',
    value: 'TYPES',
    help: `what guesses, one or more of ${SPEC_TYPES.join(', ')} (default: the draft model, or the MTP head in the model's file)`,
    read: readTypes,
    repeat: 'lists',
    also: [
      {
        flag: '--spec-default',
        help: 'ngram-mod with its defaults',
        expands:
          '--spec-type ngram-mod --spec-ngram-mod-n-match 24 --spec-ngram-mod-n-min 48 --spec-ngram-mod-n-max 64',
      },
    ],
  }),
  /** Longest draft of the draft model, the MTP head or the EAGLE-3 draft. Default 3. */
  draftMax: option(integer(0, 2 ** 16), {
    default: 3,
    flag: '--spec-draft-n-max, --draft, --draft-n, --draft-max',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MAX',
    help: 'longest draft of the draft model',
  }),
  /** Shortest draft of the draft model; shorter ones are not verified. Default 0. */
  draftMin: option(integer(0, 2 ** 16), {
    default: 0,
    flag: '--spec-draft-n-min, --draft-min, --draft-n-min',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MIN',
    help: 'shortest one worth verifying',
  }),
  /** Probability of a token below which the draft model stops drafting. Default 0. */
  pMin: option(number(0, 1), {
    default: 0,
    flag: '--spec-draft-p-min, --draft-p-min',
    env: 'LLAMA_ARG_SPEC_DRAFT_P_MIN',
    help: 'probability below which drafting stops',
  }),
  /**
   * Whether to choose the draft length that pays on this adapter with this text, within these bounds, and make none if none pays.
   * Never changes an answer. Default true; drafts that are accepted at random always have full length.
   */
  draftAdaptive: option(boolean, {
    default: true,
    flag: '--spec-adaptive',
    off: '--no-spec-adaptive',
    help: 'make drafts as long as pays, or none where none pays',
  }),
  /**
   * Whether a draft model that does not fit the target is an error. If not, the server runs without it and `report.warnings` says
   * so. Default true.
   */
  draftRequired: option(boolean, {
    default: true,
    noFlag: 'false for `foretoken serve`, as in llama-server',
  }),
  /** `ngram-simple`: tokens to look up. Default 12. */
  ngramSimpleSizeN: ngramLength(12, '--spec-ngram-simple-size-n', 'ngram-simple: tokens to look up'),
  /** `ngram-simple`: longest draft. Default 48. */
  ngramSimpleSizeM: ngramLength(48, '--spec-ngram-simple-size-m', 'ngram-simple: longest draft'),
  /** `ngram-map-k`: tokens to look up. Default 12. */
  ngramMapKSizeN: ngramLength(12, '--spec-ngram-map-k-size-n', 'ngram-map-k: tokens to look up'),
  /** `ngram-map-k`: longest draft. Default 48. */
  ngramMapKSizeM: ngramLength(48, '--spec-ngram-map-k-size-m', 'ngram-map-k: longest draft'),
  /** `ngram-map-k4v`: tokens to look up. Default 12. */
  ngramMapK4vSizeN: ngramLength(12, '--spec-ngram-map-k4v-size-n', 'ngram-map-k4v: tokens to look up'),
  /** `ngram-map-k4v`: longest draft. Default 48. */
  ngramMapK4vSizeM: ngramLength(48, '--spec-ngram-map-k4v-size-m', 'ngram-map-k4v: longest draft'),
  /** `ngram-map-k4v`: the number of times that an n-gram must have been looked up before it drafts. Default 1. */
  ngramMapK4vMinHits: option(integer(1, 2 ** 31 - 1), {
    default: 1,
    flag: '--spec-ngram-map-k4v-min-hits',
    help: 'ngram-map-k4v: how often an n-gram must have been looked up before it drafts',
  }),
  /** `ngram-mod`: tokens to look up. Default 24. */
  ngramModNMatch: ngramLength(24, '--spec-ngram-mod-n-match', 'ngram-mod: tokens to look up'),
  /** `ngram-mod`: shortest draft; shorter ones are not verified. Default 48. */
  ngramModNMin: ngramLength(48, '--spec-ngram-mod-n-min', 'ngram-mod: shortest draft worth verifying', 0),
  /** `ngram-mod`: longest draft. Default 64. */
  ngramModNMax: ngramLength(64, '--spec-ngram-mod-n-max', 'ngram-mod: longest draft', 0),
  /** `ngram-suffix`: longest draft. Default 48. */
  ngramSuffixNMax: ngramLength(48, '--spec-ngram-suffix-n-max', 'ngram-suffix: longest draft'),
  /**
   * `ngram-suffix`: tokens of earlier answers to remember, rounded up to a power of two; beyond them the oldest are forgotten. 8 bytes
   * each. Default 131072.
   */
  ngramSuffixTokens: option(integer(1, 2 ** 26), {
    default: 2 ** 17,
    flag: '--spec-ngram-suffix-tokens',
    help: 'ngram-suffix: tokens of earlier answers to remember',
  }),
  /**
   * `ngram-suffix`: file for what it learns, so that the next server begins with it: the name of a file in the origin private file
   * system, or a URL that can be read (GET) and written (PUT). It has the tokens of answers. Default: none.
   */
  lookupCache: option(text, {
    flag: '-lcd, --lookup-cache-dynamic',
    value: 'FILE',
    help: 'ngram-suffix: file that keeps what it learns, for the next server (default: none)',
  }),
  /**
   * Accepts drafts at random, for benchmarks only, since the answers are then not the target's. Element i is the probability that
   * the first i + 1 tokens of a draft are accepted; there is one for every token of the longest draft. Default: the target
   * decides.
   */
  specSynthRates: option(list(number(0, 1)), {
    flag: '--spec-synth-rates',
    env: 'LLAMA_ARG_SPEC_SYNTH_RATES',
    value: 'P0,P1,…',
    help: 'for benchmarks only: accept drafts at random, the first i + 1 tokens with probability Pi',
  }),
  /** Mean number of tokens per step, in place of `specSynthRates`. Default: the target decides. */
  specSynthLen: option(number(1, 1025), {
    flag: '--spec-synth-len',
    env: 'LLAMA_ARG_SPEC_SYNTH_LEN',
    value: 'L',
    help: 'for benchmarks only: accept drafts at random, so that a step yields L tokens on average',
  }),
};
