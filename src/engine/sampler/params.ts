import type { TokenId } from '../../forward/forward.ts';

/** Samplers of the chain, by llama-server's names. */
export const SAMPLER_NAMES = [
  'penalties',
  'dry',
  'top_n_sigma',
  'top_k',
  'typ_p',
  'top_p',
  'min_p',
  'xtc',
  'temperature',
] as const;
export type SamplerName = (typeof SAMPLER_NAMES)[number];

/** Addend for one token's logit; -Infinity bans it. */
export interface LogitBias {
  readonly token: TokenId;
  readonly bias: number;
}

/** Complete sampling parameters of one request: llama-server's names in camelCase, with its meanings. */
export interface SamplerParams {
  /** 32-bit seed of the mt19937; already resolved, never "random". */
  readonly seed: number;
  readonly temperature: number;
  readonly dynatempRange: number;
  readonly dynatempExponent: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly topNSigma: number;
  readonly xtcProbability: number;
  readonly xtcThreshold: number;
  readonly typicalP: number;
  readonly repeatLastN: number;
  readonly repeatPenalty: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  readonly dryMultiplier: number;
  readonly dryBase: number;
  readonly dryAllowedLength: number;
  readonly dryPenaltyLastN: number;
  /** Maps the first token of each sequence breaker to the token sequences that must follow it; an empty one breaks by itself. */
  readonly dryBreakers: ReadonlyMap<TokenId, readonly (readonly TokenId[])[]>;
  readonly mirostat: 0 | 1 | 2;
  readonly mirostatTau: number;
  readonly mirostatEta: number;
  readonly minKeep: number;
  readonly logitBias: readonly LogitBias[];
  /** Samplers in the order of the chain. */
  readonly samplers: readonly SamplerName[];
}

/** llama-server's defaults, except the seed, which the caller draws. */
export const DEFAULT_SAMPLER_PARAMS: Omit<SamplerParams, 'seed'> = {
  temperature: 0.8,
  dynatempRange: 0,
  dynatempExponent: 1,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  topNSigma: -1,
  xtcProbability: 0,
  xtcThreshold: 0.1,
  typicalP: 1,
  repeatLastN: 64,
  repeatPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  dryPenaltyLastN: 64,
  dryBreakers: new Map(),
  mirostat: 0,
  mirostatTau: 5,
  mirostatEta: 0.1,
  minKeep: 0,
  logitBias: [],
  samplers: SAMPLER_NAMES,
};
