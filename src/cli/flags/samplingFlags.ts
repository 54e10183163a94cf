import {
  type Flag,
  type Given,
  invalidValue,
  numberSetting,
  requestDefault,
  valued,
  withDefault,
} from './flag.ts';
import { anyNumber, asIs, fileText, json, wholeNumber } from './values.ts';

/** Flags for the defaults of requests. */
export const SAMPLING_FLAGS: readonly Flag[] = [
  numberSetting('nPredict', wholeNumber, {
    names: ['-n', '--predict', '--n-predict'],
    help: 'tokens to predict, -1 for no limit (default: -1)',
    env: 'LLAMA_ARG_N_PREDICT',
  }),
  numberSetting('seed', wholeNumber, {
    names: ['-s', '--seed'],
    help: 'seed, -1 for a random one (default: -1)',
    absent: -1,
  }),
  numberSetting('temperature', anyNumber, {
    names: ['--temp', '--temperature'],
    help: 'temperature (default: 0.8)',
    env: 'LLAMA_ARG_TEMPERATURE',
  }),
  requestDefault('top_k', wholeNumber, {
    names: ['--top-k'],
    help: 'likeliest tokens to choose from, 0 for all (default: 40)',
    env: 'LLAMA_ARG_TOP_K',
  }),
  number('top_p', ['--top-p'], 'nucleus sampling, 1 turns it off (default: 0.95)', 'LLAMA_ARG_TOP_P'),
  number(
    'min_p',
    ['--min-p'],
    'least probability, as a share of the largest (default: 0.05)',
    'LLAMA_ARG_MIN_P',
  ),
  number(
    'top_n_sigma',
    ['--top-nsigma', '--top-n-sigma'],
    'standard deviations below the best (default: -1, off)',
  ),
  number('xtc_probability', ['--xtc-probability'], 'probability of excluding the top choices (default: 0)'),
  number('xtc_threshold', ['--xtc-threshold'], 'probability that makes a top choice (default: 0.1)'),
  number('typical_p', ['--typical', '--typical-p'], 'locally typical sampling, 1 turns it off (default: 1)'),
  requestDefault('repeat_last_n', wholeNumber, {
    names: ['--repeat-last-n'],
    help: 'tokens that the penalties look back (default: 64)',
  }),
  number(
    'repeat_penalty',
    ['--repeat-penalty'],
    'penalty of repeated tokens (default: 1)',
    'LLAMA_ARG_REPEAT_PENALTY',
  ),
  number(
    'presence_penalty',
    ['--presence-penalty'],
    'penalty of tokens that were there (default: 0)',
    'LLAMA_ARG_PRESENCE_PENALTY',
  ),
  number(
    'frequency_penalty',
    ['--frequency-penalty'],
    'penalty for each time a token was there (default: 0)',
    'LLAMA_ARG_FREQUENCY_PENALTY',
  ),
  number('dry_multiplier', ['--dry-multiplier'], 'strength of DRY (default: 0, off)'),
  number('dry_base', ['--dry-base'], 'growth of DRY with the length of a repetition (default: 1.75)'),
  requestDefault('dry_allowed_length', wholeNumber, {
    names: ['--dry-allowed-length'],
    help: 'longest repetition that DRY lets pass (default: 2)',
  }),
  requestDefault('dry_penalty_last_n', wholeNumber, {
    names: ['--dry-penalty-last-n'],
    help: 'tokens that DRY looks back (default: 64)',
  }),
  valued(
    {
      names: ['--dry-sequence-breaker'],
      value: 'TEXT',
      help: 'text at which DRY stops looking back; may be repeated, the first one replaces the defaults',
    },
    asIs,
    (given, breaker) => appended(given, 'dry_sequence_breakers', breaker),
  ),
  number('dynatemp_range', ['--dynatemp-range'], 'range of the dynamic temperature (default: 0, off)'),
  number('dynatemp_exponent', ['--dynatemp-exp'], 'its exponent (default: 1)'),
  requestDefault('mirostat', wholeNumber, {
    names: ['--mirostat'],
    help: 'Mirostat 1 or 2 (default: 0, off)',
  }),
  number('mirostat_eta', ['--mirostat-lr'], 'learning rate of Mirostat (default: 0.1)'),
  number('mirostat_tau', ['--mirostat-ent'], 'target entropy of Mirostat (default: 5)'),
  number('adaptive_target', ['--adaptive-target'], 'target of adaptive-p (default: -1, off)'),
  number('adaptive_decay', ['--adaptive-decay'], 'decay of adaptive-p (default: 0.9)'),
  requestDefault('samplers', text => text.split(';'), {
    names: ['--samplers'],
    value: 'NAMES',
    help: 'the sampler chain, names separated by semicolons',
  }),
  requestDefault('samplers', asIs, {
    names: ['--sampler-seq', '--sampling-seq'],
    value: 'LETTERS',
    help: 'the sampler chain, one letter each (default: edskypmxt)',
  }),
  {
    names: ['--ignore-eos'],
    help: 'never end a text: bans every token that would',
    apply: given => withDefault(given, 'ignore_eos', true),
  },
  valued(
    {
      names: ['-l', '--logit-bias'],
      value: 'ID+BIAS',
      help: 'raise or lower a token, as in 15043+1 or 15043-1; may be repeated',
    },
    biasOf,
    (given, bias) => appended(given, 'logit_bias', bias),
  ),
  requestDefault('grammar', asIs, {
    names: ['--grammar'],
    value: 'GBNF',
    help: 'what an answer may look like',
  }),
  requestDefault('grammar', fileText, {
    names: ['--grammar-file'],
    value: 'FILE',
    help: 'the same, from a file',
  }),
  requestDefault('json_schema', json, {
    names: ['-j', '--json-schema'],
    value: 'SCHEMA',
    help: 'what an answer may look like, as a JSON schema',
  }),
  requestDefault('json_schema', (path, name) => json(fileText(path, name), name), {
    names: ['-jf', '--json-schema-file'],
    value: 'FILE',
    help: 'the same, from a file',
  }),
  valued(
    { names: ['-r', '--reverse-prompt'], value: 'TEXT', help: 'text that ends an answer; may be repeated' },
    asIs,
    (given, word) => appended(given, 'stop', word),
  ),
  requestDefault('sse_ping_interval', wholeNumber, {
    names: ['--sse-ping-interval'],
    help: 'seconds of silence in a stream before a comment, -1 for never (default: 30)',
    env: 'LLAMA_ARG_SSE_PING_INTERVAL',
  }),
];

function number(field: string, names: readonly string[], help: string, env?: string): Flag {
  return requestDefault(field, anyNumber, { names, help, ...(env !== undefined && { env }) });
}

function appended(given: Given, field: string, element: unknown): Given {
  const before = given.settings.requestDefaults?.[field];
  return withDefault(given, field, [...(Array.isArray(before) ? before : []), element]);
}

function biasOf(text: string, name: string): readonly [token: number, bias: number] {
  const [, token, sign, size] = /^(\d+)([+-])(\d+(?:\.\d+)?|inf)$/.exec(text) ?? [];
  if (token === undefined) throw invalidValue(text, name, 'a token id, a sign and a number');
  // Largest number in JSON; equivalent to infinity for a logit.
  const bias = size === 'inf' ? Number.MAX_VALUE : Number(size);
  return [Number(token), sign === '-' ? -bias : bias];
}
