import type { LogitBias, SamplerParams } from '../../engine/sampler/params.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../../engine/sampler/params.ts';
import type { SpeculativeParams } from '../../engine/sequence.ts';
import type { CompletionParams } from './completionFields.ts';

/** llama-server's "random" as an unsigned 32-bit seed; -1 converts to this value. */
export const RANDOM_SEED = 2 ** 32 - 1;

/** Converts a seed to 32 bits unsigned, as llama-server stores it. */
export function unsignedSeed(seed: number): number {
  return seed >>> 0;
}

/** Seed of the random generator: the requested one, or a number from `random`. */
export function concreteSeed(seed: number, random: () => number): number {
  return unsignedSeed(unsignedSeed(seed) === RANDOM_SEED ? random() : seed);
}

/** Vocabulary and random numbers that turn a request's parameters into a sampler chain. */
export interface SamplerContext {
  readonly eogTokens: readonly number[];
  readonly randomSeed: () => number;
  readonly dryBreakers: (breakers: readonly string[]) => SamplerParams['dryBreakers'];
}

/** Effective biases: the request's own, then a ban of every end-of-generation token if the request ignores them. */
export function effectiveLogitBias(
  params: CompletionParams,
  eogTokens: readonly number[],
): readonly LogitBias[] {
  if (!params.ignoreEos) return params.logitBias;
  return [...params.logitBias, ...eogTokens.map(token => ({ token, bias: Number.NEGATIVE_INFINITY }))];
}

export function samplerParamsOf(params: CompletionParams, context: SamplerContext): SamplerParams {
  return {
    seed: concreteSeed(params.seed, context.randomSeed),
    temperature: params.temperature,
    dynatempRange: params.dynatempRange,
    dynatempExponent: params.dynatempExponent,
    topK: params.topK,
    topP: params.topP,
    minP: params.minP,
    topNSigma: params.topNSigma,
    xtcProbability: params.xtcProbability,
    xtcThreshold: params.xtcThreshold,
    typicalP: params.typicalP,
    repeatLastN: params.repeatLastN,
    repeatPenalty: params.repeatPenalty,
    presencePenalty: params.presencePenalty,
    frequencyPenalty: params.frequencyPenalty,
    dryMultiplier: params.dryMultiplier,
    dryBase: params.dryBase < 1 ? DEFAULT_SAMPLER_PARAMS.dryBase : params.dryBase,
    dryAllowedLength: params.dryAllowedLength,
    dryPenaltyLastN: params.dryPenaltyLastN,
    // Looking up the breakers in the vocabulary is expensive, so only chains with DRY do it.
    dryBreakers: params.dryMultiplier === 0 ? new Map() : context.dryBreakers(params.dryBreakers),
    mirostat: params.mirostat === 1 || params.mirostat === 2 ? params.mirostat : 0,
    mirostatTau: params.mirostatTau,
    mirostatEta: params.mirostatEta,
    minKeep: params.minKeep,
    logitBias: effectiveLogitBias(params, context.eogTokens),
    samplers: params.samplers,
  };
}

export function speculativeParamsOf(params: CompletionParams): SpeculativeParams {
  return { nMin: params.draftMin, nMax: params.draftMax, pMin: params.draftPMin };
}
