import type { GenerationSettings, ReducedGenerationSettings } from '../../protocol/completion.ts';
import type { CompletionParams } from './completionFields.ts';
import { constraintOf } from './grammarFields.ts';
import { effectiveLogitBias, unsignedSeed } from './samplerParams.ts';

/** Server state that is shown together with a request's parameters. */
export interface SettingsContext {
  readonly eogTokens: readonly number[];
  /** True if the server has a draft source. */
  readonly isSpeculative: boolean;
  /** Configured draft sources, listed as in llama-server: after a `none` that is always there. */
  readonly specTypes: string;
}

/** `generation_settings` of a response, in llama-server's key order. */
export function generationSettings(params: CompletionParams, context: SettingsContext): GenerationSettings {
  const { grammar, isLazy, words } = constraintOf(params);
  return {
    ...sampling(params),
    dry_sequence_breakers: params.dryBreakers,
    ...mirostatAndAdaptive(params),
    stop: params.stop,
    ...limits(params),
    logit_bias: effectiveLogitBias(params, context.eogTokens).map(({ token, bias }) => ({
      bias: Number.isFinite(bias) ? bias : null,
      token,
    })),
    n_probs: params.nProbs ?? 0,
    min_keep: params.minKeep,
    grammar,
    grammar_lazy: isLazy,
    // Trigger type 1 is "word" in llama.cpp.
    grammar_triggers: words.map(value => ({ type: 1, value })),
    preserved_tokens: params.chat?.preserved ?? [],
    ...chatAndOutput(params, context),
  };
}

/** `generation_settings` without its long fields, for `/slots` and `/props`. */
export function reducedGenerationSettings(
  params: CompletionParams,
  context: SettingsContext,
): ReducedGenerationSettings {
  return {
    ...sampling(params),
    ...mirostatAndAdaptive(params),
    ...limits(params),
    n_probs: params.nProbs ?? 0,
    min_keep: params.minKeep,
    ...chatAndOutput(params, context),
  };
}

function sampling(params: CompletionParams) {
  return {
    seed: unsignedSeed(params.seed),
    temperature: params.temperature,
    dynatemp_range: params.dynatempRange,
    dynatemp_exponent: params.dynatempExponent,
    top_k: params.topK,
    top_p: params.topP,
    min_p: params.minP,
    top_n_sigma: params.topNSigma,
    xtc_probability: params.xtcProbability,
    xtc_threshold: params.xtcThreshold,
    typical_p: params.typicalP,
    repeat_last_n: params.repeatLastN,
    repeat_penalty: params.repeatPenalty,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    dry_multiplier: params.dryMultiplier,
    dry_base: params.dryBase,
    dry_allowed_length: params.dryAllowedLength,
    dry_penalty_last_n: params.dryPenaltyLastN,
  };
}

function mirostatAndAdaptive(params: CompletionParams) {
  return {
    mirostat: params.mirostat,
    mirostat_tau: params.mirostatTau,
    mirostat_eta: params.mirostatEta,
    adaptive_target: params.adaptiveTarget,
    adaptive_decay: params.adaptiveDecay,
  };
}

function limits(params: CompletionParams) {
  return {
    max_tokens: params.nPredict,
    n_predict: params.nPredict,
    n_keep: params.nKeep,
    n_discard: params.nDiscard,
    ignore_eos: params.ignoreEos,
    stream: params.stream,
  };
}

function chatAndOutput(params: CompletionParams, context: SettingsContext) {
  return {
    chat_format: params.chat?.isParsed ? 'peg-native' : 'Content-only',
    reasoning_format: params.reasoningFormat,
    reasoning_in_content: params.stream && params.reasoningFormat === 'deepseek-legacy',
    generation_prompt: params.chat?.opener ?? '',
    samplers: params.samplers,
    'speculative.types': context.specTypes,
    'speculative.n_max': params.draftMax,
    'speculative.n_min': params.draftMin,
    'speculative.p_min': params.draftPMin,
    timings_per_token: params.timingsPerToken,
    post_sampling_probs: params.postSamplingProbs,
    backend_sampling: params.backendSampling,
    lora: [],
  };
}
