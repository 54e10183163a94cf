/**
 * Fields of requests that flags give a default, by their names in a request. The server checks the values, and applies the
 * defaults that are listed here if neither a flag nor a request says otherwise.
 */
import { option } from '../../protocol/options/option.ts';
import {
  anyText,
  boolean,
  integer,
  json,
  list,
  number,
  textOrTexts,
  type ValueType,
} from '../../protocol/options/valueTypes.ts';

/** Pair of a token and the addend for its logit, as in `15043-1`. */
const tokenBias: ValueType<readonly [token: number, bias: number]> = {
  kind: 'other',
  expected: 'a token id, a sign and a number',
  accepts: (value): value is readonly [number, number] => Array.isArray(value),
  read(given) {
    const [, token, sign, size] = /^(\d+)([+-])(\d+(?:\.\d+)?|inf)$/.exec(given) ?? [];
    if (token === undefined) return null;
    // Largest number in JSON; equivalent to infinity for a logit.
    const bias = size === 'inf' ? Number.MAX_VALUE : Number(size);
    return [Number(token), sign === '-' ? -bias : bias];
  },
};

/** Chain of samplers: a list of names, or one text of letters. */
const samplerChain: ValueType<string | readonly string[]> = {
  kind: 'other',
  expected: textOrTexts.expected,
  accepts: textOrTexts.accepts,
  read: given => given,
};

export const REQUEST_FIELDS = {
  n_keep: option(integer(), {
    default: 0,
    flag: '--keep',
    help: 'tokens of the prompt that a context shift keeps, -1 for all',
  }),
  top_k: option(integer(), {
    default: 40,
    flag: '--top-k',
    env: 'LLAMA_ARG_TOP_K',
    help: 'likeliest tokens to choose from, 0 for all',
  }),
  top_p: option(number(), {
    default: 0.95,
    flag: '--top-p',
    env: 'LLAMA_ARG_TOP_P',
    help: 'nucleus sampling, 1 turns it off',
  }),
  min_p: option(number(), {
    default: 0.05,
    flag: '--min-p',
    env: 'LLAMA_ARG_MIN_P',
    help: 'least probability, as a share of the largest',
  }),
  top_n_sigma: option(number(), {
    default: -1,
    flag: '--top-nsigma, --top-n-sigma',
    help: 'standard deviations below the best (default: -1, off)',
  }),
  xtc_probability: option(number(), {
    default: 0,
    flag: '--xtc-probability',
    help: 'probability of excluding the top choices',
  }),
  xtc_threshold: option(number(), {
    default: 0.1,
    flag: '--xtc-threshold',
    help: 'probability that makes a top choice',
  }),
  typical_p: option(number(), {
    default: 1,
    flag: '--typical, --typical-p',
    help: 'locally typical sampling, 1 turns it off',
  }),
  repeat_last_n: option(integer(), {
    default: 64,
    flag: '--repeat-last-n',
    help: 'tokens that the penalties look back',
  }),
  repeat_penalty: option(number(), {
    default: 1,
    flag: '--repeat-penalty',
    env: 'LLAMA_ARG_REPEAT_PENALTY',
    help: 'penalty of repeated tokens',
  }),
  presence_penalty: option(number(), {
    default: 0,
    flag: '--presence-penalty',
    env: 'LLAMA_ARG_PRESENCE_PENALTY',
    help: 'penalty of tokens that were there',
  }),
  frequency_penalty: option(number(), {
    default: 0,
    flag: '--frequency-penalty',
    env: 'LLAMA_ARG_FREQUENCY_PENALTY',
    help: 'penalty for each time a token was there',
  }),
  dry_multiplier: option(number(), {
    default: 0,
    flag: '--dry-multiplier',
    help: 'strength of DRY (default: 0, off)',
  }),
  dry_base: option(number(), {
    default: 1.75,
    flag: '--dry-base',
    help: 'growth of DRY with the length of a repetition',
  }),
  dry_allowed_length: option(integer(), {
    default: 2,
    flag: '--dry-allowed-length',
    help: 'longest repetition that DRY lets pass',
  }),
  dry_penalty_last_n: option(integer(), {
    default: 64,
    flag: '--dry-penalty-last-n',
    help: 'tokens that DRY looks back',
  }),
  dry_sequence_breakers: option(list(anyText), {
    flag: '--dry-sequence-breaker',
    value: 'TEXT',
    help: 'text at which DRY stops looking back; may be repeated, the first one replaces the defaults',
    repeat: 'elements',
  }),
  dynatemp_range: option(number(), {
    default: 0,
    flag: '--dynatemp-range',
    help: 'range of the dynamic temperature (default: 0, off)',
  }),
  dynatemp_exponent: option(number(), { default: 1, flag: '--dynatemp-exp', help: 'its exponent' }),
  mirostat: option(integer(), {
    default: 0,
    flag: '--mirostat',
    help: 'Mirostat 1 or 2 (default: 0, off)',
  }),
  mirostat_eta: option(number(), {
    default: 0.1,
    flag: '--mirostat-lr',
    help: 'learning rate of Mirostat',
  }),
  mirostat_tau: option(number(), { default: 5, flag: '--mirostat-ent', help: 'target entropy of Mirostat' }),
  adaptive_target: option(number(), {
    default: -1,
    flag: '--adaptive-target',
    help: 'target of adaptive-p (default: -1, off)',
  }),
  adaptive_decay: option(number(), {
    default: 0.9,
    flag: '--adaptive-decay',
    help: 'decay of adaptive-p',
  }),
  samplers: option(samplerChain, {
    flag: '--samplers',
    value: 'NAMES',
    help: 'the sampler chain, names separated by semicolons',
    read: names => names.split(';').filter(name => name !== ''),
    also: [
      {
        flag: '--sampler-seq, --sampling-seq',
        value: 'LETTERS',
        help: 'the sampler chain, one letter each (default: edskypmxt)',
      },
    ],
  }),
  ignore_eos: option(boolean, {
    default: false,
    flag: '--ignore-eos',
    help: 'never end a text: bans every token that would',
  }),
  logit_bias: option(list(tokenBias), {
    flag: '-l, --logit-bias',
    value: 'ID+BIAS',
    help: 'raise or lower a token, as in 15043+1 or 15043-1; may be repeated',
    repeat: 'elements',
  }),
  grammar: option(anyText, {
    flag: '--grammar',
    value: 'GBNF',
    help: 'what an answer may look like',
    also: [{ flag: '--grammar-file', value: 'FILE', help: 'the same, from a file', from: 'file' }],
  }),
  json_schema: option(json, {
    flag: '-j, --json-schema',
    value: 'SCHEMA',
    help: 'what an answer may look like, as a JSON schema',
    also: [{ flag: '-jf, --json-schema-file', value: 'FILE', help: 'the same, from a file', from: 'file' }],
  }),
  stop: option(list(anyText), {
    flag: '-r, --reverse-prompt',
    value: 'TEXT',
    help: 'text that ends an answer; may be repeated',
    repeat: 'elements',
  }),
  sse_ping_interval: option(integer(), {
    default: 30,
    flag: '--sse-ping-interval',
    env: 'LLAMA_ARG_SSE_PING_INTERVAL',
    help: 'seconds of silence in a stream before a comment, -1 for never',
  }),
};
