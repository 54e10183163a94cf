import { DEFAULT_SAMPLER_PARAMS as SAMPLING } from '../../engine/sampler/params.ts';
import type { ResolvedOptions } from '../../protocol/options.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import {
  boolean,
  type Field,
  type FieldValues,
  fieldError,
  float,
  hard,
  integer,
  soft,
  wrongType,
} from '../http/fields.ts';
import { isStringArray } from '../http/json.ts';
import type { ChatParams } from './chatParams.ts';
import { grammarField, jsonSchemaField } from './grammarFields.ts';
import { reasoningFormatField } from './reasoningFormats.ts';
import { dryBreakersField, logitBiasField, samplersField, stopField } from './samplerFields.ts';

/**
 * All fields of a completion request except the prompt, in the order in which llama-server evaluates them: the first bad field is
 * reported. `settings` has the defaults that server options can change.
 * Source: tools/server/server-schema.cpp of llama.cpp.
 */
export function completionFields(settings: ResolvedOptions, tokenizer: Tokenizer, nSlots: number) {
  return {
    verbose: boolean('verbose', settings.verbose),
    timingsPerToken: boolean('timings_per_token', false),
    stream: boolean('stream', false),
    includeUsage: boolean('stream_options.include_usage', false),
    cachePrompt: boolean('cache_prompt', settings.cachePrompt),
    returnTokens: boolean('return_tokens', false),
    returnProgress: boolean('return_progress', false),
    ssePingInterval: integer('sse_ping_interval', 30, hard(-1)),
    nPredict: integer(['n_predict', 'max_completion_tokens', 'max_tokens'], -1, hard(-1)),
    nIndent: integer('n_indent', 0, hard(0)),
    nKeep: integer('n_keep', 0, hard(-1)),
    nDiscard: integer('n_discard', 0, hard(0)),
    nCmpl: integer(['n_cmpl', 'n'], 1, hard(1, nSlots)),
    nCacheReuse: integer('n_cache_reuse', settings.cacheReuse, hard(0)),
    tMaxPredictMs: milliseconds('t_max_predict_ms'),
    responseFields,
    topK: integer('top_k', SAMPLING.topK, soft(0)),
    topP: float('top_p', SAMPLING.topP, soft(0, 1)),
    minP: float('min_p', SAMPLING.minP, soft(0, 1)),
    topNSigma: float('top_n_sigma', SAMPLING.topNSigma),
    xtcProbability: float('xtc_probability', SAMPLING.xtcProbability, soft(0, 1)),
    xtcThreshold: float('xtc_threshold', SAMPLING.xtcThreshold, soft(0, 1)),
    typicalP: float('typical_p', SAMPLING.typicalP),
    temperature: float('temperature', settings.temperature, soft(0, Number.MAX_VALUE)),
    dynatempRange: float('dynatemp_range', SAMPLING.dynatempRange),
    dynatempExponent: float('dynatemp_exponent', SAMPLING.dynatempExponent),
    repeatLastN: integer('repeat_last_n', SAMPLING.repeatLastN, hard(0)),
    repeatPenalty: float('repeat_penalty', SAMPLING.repeatPenalty),
    frequencyPenalty: float('frequency_penalty', SAMPLING.frequencyPenalty),
    presencePenalty: float('presence_penalty', SAMPLING.presencePenalty),
    dryMultiplier: float('dry_multiplier', SAMPLING.dryMultiplier),
    dryBase: float('dry_base', SAMPLING.dryBase),
    dryAllowedLength: integer('dry_allowed_length', SAMPLING.dryAllowedLength, hard(0)),
    dryPenaltyLastN: integer('dry_penalty_last_n', SAMPLING.dryPenaltyLastN, hard(0)),
    mirostat: integer('mirostat', SAMPLING.mirostat, soft(0, 2)),
    mirostatTau: float('mirostat_tau', SAMPLING.mirostatTau),
    mirostatEta: float('mirostat_eta', SAMPLING.mirostatEta),
    adaptiveTarget: float('adaptive_target', -1, soft(-Number.MAX_VALUE, 1)),
    adaptiveDecay: float('adaptive_decay', 0.9, hard(0, 0.99)),
    seed: integer('seed', settings.seed),
    nProbs: nProbsField,
    minKeep: integer('min_keep', SAMPLING.minKeep, hard(0)),
    backendSampling: boolean('backend_sampling', false),
    postSamplingProbs: boolean('post_sampling_probs', false),
    draftMax: integer(
      ['speculative.n_max', 'speculative.draft_max', 'draft_max'],
      settings.draftMax,
      hard(0),
    ),
    draftMin: integer(
      ['speculative.n_min', 'speculative.draft_min', 'draft_min'],
      settings.draftMin,
      hard(0),
    ),
    draftPMin: float(
      ['speculative.p_min', 'speculative.draft_p_min', 'draft_p_min'],
      settings.pMin,
      hard(0, 1),
    ),
    reasoningFormat: reasoningFormatField(settings),
    lora: loraField,
    dryBreakers: dryBreakersField,
    grammar: grammarField,
    jsonSchema: jsonSchemaField,
    logitBias: logitBiasField(tokenizer),
    ignoreEos: boolean('ignore_eos', false),
    stop: stopField,
    samplers: samplersField(SAMPLING.samplers),
    idSlot,
    // Not llama-server's.
    speculationTrace: boolean('speculation_trace', false),
  };
}

/** Parameters of a request with defaults filled in. `seed` is kept as requested: negative or 2^32-1 means random. */
export type CompletionParams = FieldValues<ReturnType<typeof completionFields>> & {
  /** Parameters of a chat; absent for other completions. */
  readonly chat?: ChatParams | null;
};

/**
 * Number of alternatives per token whose probabilities are reported; null for no probabilities. For llama-server's `n_probs`, 0
 * means null; for OpenAI's `logprobs`, 0 reports only the sampled tokens.
 */
const nProbsField: Field<number | null> = {
  names: ['n_probs', 'logprobs'],
  fallback: null,
  read(value, name) {
    const n = nAlternatives.read(value, name);
    return n === 0 && (name === 'n_probs' || value === false) ? null : n;
  },
};

const nAlternatives = integer('n_probs', 0, soft(0));

/** `id_slot`. As in llama-server, a value of the wrong type is replaced by the default. */
const idSlot: Field<number> = {
  names: ['id_slot'],
  fallback: -1,
  read: value => (typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : -1),
};

/** Scales of LoRA adapters by id. There are no adapters, so every id is unknown and ignored. */
const loraField: Field<null> = {
  names: ['lora'],
  fallback: null,
  read(value, name) {
    if (Array.isArray(value)) return null;
    throw fieldError(name, "Error: 'lora' must be an array of objects with 'id' and 'scale' fields");
  },
};

/** `response_fields`. As in llama-server, a value of the wrong type is replaced by the default. */
const responseFields: Field<readonly string[]> = {
  names: ['response_fields'],
  fallback: [],
  read: value => (isStringArray(value) ? value : []),
};

/** A 64-bit integer in llama-server, which rejects booleans here. */
function milliseconds(name: string): Field<number> {
  const field = integer(name, -1, hard(-1, Number.MAX_SAFE_INTEGER));
  return {
    ...field,
    read(value, used) {
      if (typeof value === 'boolean') throw wrongType(used, 'number', value);
      return field.read(value, used);
    },
  };
}
