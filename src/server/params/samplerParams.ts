import type { LogitBias, SamplerParams } from '../../engine/sampler/params.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../../engine/sampler/params.ts';
import type { SpeculativeParams } from '../../engine/sequence.ts';
import type { CompletionParams } from './completionFields.ts';

/** llama-server's "random" as an unsigned 32-bit seed; -1 reads as this. */
export const RANDOM_SEED = 2 ** 32 - 1;

/** The seed as llama-server keeps it: 32 bits, unsigned. */
export function unsignedSeed(seed: number): number {
  return seed >>> 0;
}

/** The seed to draw with: the one asked for, or a `random` one. */
export function concreteSeed(seed: number, random: () => number): number {
  return unsignedSeed(unsignedSeed(seed) === RANDOM_SEED ? random() : seed);
}

/** What a request's parameters need beyond themselves to become a sampler chain. */
export interface SamplerContext {
  readonly eogTokens: readonly number[];
  readonly randomSeed: () => number;
  readonly dryBreakers: (breakers: readonly string[]) => SamplerParams['dryBreakers'];
}

/** The biases in force: the request's own, then a ban of every end-of-generation token if it ignores them. */
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
    // Only a chain with DRY in it pays for looking the breakers up in the vocabulary.
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
