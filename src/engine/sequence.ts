import type { DraftKind } from '../forward/drafting.ts';
import type { OutputKind, TokenId } from '../forward/forward.ts';
import type { Pool } from './pooling.ts';
import type { Sampler } from './sampler/chain.ts';
import type { SyntheticAcceptance } from './syntheticAcceptance.ts';

/**
 * Draft lengths of a draft model per round: llama.cpp's `--spec-draft-n-min`, `-n-max` and `-p-min`. N-gram look-ups have their
 * own lengths.
 */
export interface SpeculativeParams {
  /** Drafts shorter than this are discarded. */
  readonly nMin: number;
  /** Longest draft; 0 turns off every kind of speculation. */
  readonly nMax: number;
  /** Drafting stops before a token whose probability is below this. */
  readonly pMin: number;
}

/** Token with its probability, for `n_probs`. */
export interface TokenLogprob {
  readonly token: TokenId;
  /** Natural logarithm of the probability; with `postSampling`, the probability itself. */
  readonly value: number;
}

/** Probabilities that `n_probs` asks for. */
export interface ProbsRequest {
  readonly n: number;
  /** Whether the values refer to the candidates that survive the chain, instead of the raw distribution. */
  readonly postSampling: boolean;
}

/** Token that the target model's chain chose. */
export interface SampledToken {
  readonly token: TokenId;
  /** Whether it is an accepted token of the draft. */
  readonly drafted: boolean;
  /** Present when the sequence asks for probabilities: the token's own value and the `n` largest, descending. */
  readonly probs?: { readonly own: TokenLogprob; readonly top: readonly TokenLogprob[] };
}

/**
 * Sequence in a slot, as the decoder sees it. The server creates it for a request and reads it between steps; only `Decoder.step`
 * writes `nPast` and the generated part of `tokens`.
 */
export interface Sequence {
  readonly slot: number;
  /** Prompt and all sampled tokens. */
  readonly tokens: TokenId[];
  /**
   * Number of tokens whose K and V are in the target's cache; while it is below `tokens.length - 1`, the prompt is being decoded.
   */
  nPast: number;
  readonly sampler: Sampler;
  readonly probs: ProbsRequest | null;
  readonly speculative: SpeculativeParams;
  /** Decides, for benchmarks, how much of a draft is accepted; without it the sampled tokens decide. */
  readonly synthetic?: SyntheticAcceptance | null;
  /** Tokens that may still be sampled (`n_predict`); limits the draft. Infinity when unlimited. */
  nRemain: number;
  /** Present where the hidden states of the prompt are wanted instead of a continuation. */
  readonly pool?: Pool;
}

/** Result of one step for one sequence. */
export interface StepResult {
  readonly sequence: Sequence;
  /** Prompt tokens decoded in this step. */
  readonly nPrompt: number;
  /** Tokens sampled in this step, in order, already appended to `sequence.tokens`; empty while the prompt is unfinished. */
  readonly sampled: readonly SampledToken[];
  /** Draft that was verified in this step; empty for none. */
  readonly draft: readonly TokenId[];
  /** Kind of the source of `draft`; null for none. */
  readonly drafter: DraftKind | null;
  /** Number of leading tokens of `draft` that were accepted. */
  readonly nAccepted: number;
}

/** Output kind that covers both. */
export function widerOutput(a: OutputKind, b: OutputKind): OutputKind {
  if (a === 'logits' || b === 'logits') return 'logits';
  return a === 'topK' || b === 'topK' ? 'topK' : 'argmax';
}
