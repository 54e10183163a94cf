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

/** Row of a field whose range the server checks. */
function real(fallback: number, flag: string, help: string, env?: string) {
  return option(number(), { default: fallback, flag, help, ...(env !== undefined && { env }) });
}

/** The same for a whole number. */
function whole(fallback: number, flag: string, help: string, env?: string) {
  return option(integer(), { default: fallback, flag, help, ...(env !== undefined && { env }) });
}

export const REQUEST_FIELDS = {
  n_keep: whole(0, '--keep', 'tokens of the prompt that a context shift keeps, -1 for all'),
  top_k: whole(40, '--top-k', 'likeliest tokens to choose from, 0 for all', 'LLAMA_ARG_TOP_K'),
  top_p: real(0.95, '--top-p', 'nucleus sampling, 1 turns it off', 'LLAMA_ARG_TOP_P'),
  min_p: real(0.05, '--min-p', 'least probability, as a share of the largest', 'LLAMA_ARG_MIN_P'),
  top_n_sigma: real(
    -1,
    '--top-nsigma, --top-n-sigma',
    'standard deviations below the best (default: -1, off)',
  ),
  xtc_probability: real(0, '--xtc-probability', 'probability of excluding the top choices'),
  xtc_threshold: real(0.1, '--xtc-threshold', 'probability that makes a top choice'),
  typical_p: real(1, '--typical, --typical-p', 'locally typical sampling, 1 turns it off'),
  repeat_last_n: whole(64, '--repeat-last-n', 'tokens that the penalties look back'),
  repeat_penalty: real(1, '--repeat-penalty', 'penalty of repeated tokens', 'LLAMA_ARG_REPEAT_PENALTY'),
  presence_penalty: real(
    0,
    '--presence-penalty',
    'penalty of tokens that were there',
    'LLAMA_ARG_PRESENCE_PENALTY',
  ),
  frequency_penalty: real(
    0,
    '--frequency-penalty',
    'penalty for each time a token was there',
    'LLAMA_ARG_FREQUENCY_PENALTY',
  ),
  dry_multiplier: real(0, '--dry-multiplier', 'strength of DRY (default: 0, off)'),
  dry_base: real(1.75, '--dry-base', 'growth of DRY with the length of a repetition'),
  dry_allowed_length: whole(2, '--dry-allowed-length', 'longest repetition that DRY lets pass'),
  dry_penalty_last_n: whole(64, '--dry-penalty-last-n', 'tokens that DRY looks back'),
  dry_sequence_breakers: option(list(anyText), {
    flag: '--dry-sequence-breaker',
    value: 'TEXT',
    help: 'text at which DRY stops looking back; may be repeated, the first one replaces the defaults',
    repeat: 'elements',
  }),
  dynatemp_range: real(0, '--dynatemp-range', 'range of the dynamic temperature (default: 0, off)'),
  dynatemp_exponent: real(1, '--dynatemp-exp', 'its exponent'),
  mirostat: whole(0, '--mirostat', 'Mirostat 1 or 2 (default: 0, off)'),
  mirostat_eta: real(0.1, '--mirostat-lr', 'learning rate of Mirostat'),
  mirostat_tau: real(5, '--mirostat-ent', 'target entropy of Mirostat'),
  adaptive_target: real(-1, '--adaptive-target', 'target of adaptive-p (default: -1, off)'),
  adaptive_decay: real(0.9, '--adaptive-decay', 'decay of adaptive-p'),
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
  sse_ping_interval: whole(
    30,
    '--sse-ping-interval',
    'seconds of silence in a stream before a comment, -1 for never',
    'LLAMA_ARG_SSE_PING_INTERVAL',
  ),
};
