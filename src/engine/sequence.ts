import type { OutputKind, TokenId } from '../forward/forward.ts';
import type { Pool } from './pooling.ts';
import type { Sampler } from './sampler/chain.ts';
import type { SyntheticAcceptance } from './syntheticAcceptance.ts';

/**
 * How many tokens a draft model drafts per round, llama.cpp's `--spec-draft-n-min`, `-n-max` and `-p-min`. Look-ups in the
 * text have lengths of their own.
 */
export interface SpeculativeParams {
  /** Drafts shorter than this are thrown away. */
  readonly nMin: number;
  /** Longest draft; 0 turns speculation of every kind off. */
  readonly nMax: number;
  /** Drafting stops before a token whose probability is below this. */
  readonly pMin: number;
}

/** A token with its probability, for `n_probs`. */
export interface TokenLogprob {
  readonly token: TokenId;
  /** Natural logarithm of the probability; with `postSampling`, the probability itself. */
  readonly value: number;
}

/** What `n_probs` asks for. */
export interface ProbsRequest {
  readonly n: number;
  /** Of the candidates that survive the chain, rather than of the raw distribution. */
  readonly postSampling: boolean;
}

/** A token that the target model's chain chose. */
export interface SampledToken {
  readonly token: TokenId;
  /** Whether it is a token of the draft that was accepted. */
  readonly drafted: boolean;
  /** Set when the sequence asks for probabilities: the token's own value and the `n` largest, descending. */
  readonly probs?: { readonly own: TokenLogprob; readonly top: readonly TokenLogprob[] };
}

/**
 * One sequence in a slot, as the decoder sees it. The server creates it for a request and reads it between steps;
 * `Decoder.step` is the only writer of `nPast` and of the generated part of `tokens`.
 */
export interface Sequence {
  readonly slot: number;
  /** The prompt and everything sampled so far. */
  readonly tokens: TokenId[];
  /** Positions of `tokens` whose K and V are in the target's cache; while it is below `tokens.length - 1` the prompt is being decoded. */
  nPast: number;
  readonly sampler: Sampler;
  readonly probs: ProbsRequest | null;
  readonly speculative: SpeculativeParams;
  /** Decides what of a draft is accepted, for benchmarks; without it the sampled tokens do. */
  readonly synthetic?: SyntheticAcceptance | null;
  /** Tokens that may still be sampled (`n_predict`); limits the draft. Infinity when unlimited. */
  nRemain: number;
  /** Set where the hidden states of the prompt are wanted instead of tokens after it. */
  readonly pool?: Pool;
}

/** What one step did for one sequence. */
export interface StepResult {
  readonly sequence: Sequence;
  /** Prompt tokens decoded in this step. */
  readonly nPrompt: number;
  /** Sampled in this step, in order, already appended to `sequence.tokens`; empty while the prompt is unfinished. */
  readonly sampled: readonly SampledToken[];
  readonly nDrafted: number;
  readonly nAccepted: number;
}

/** The output kind that covers both. */
export function widerOutput(a: OutputKind, b: OutputKind): OutputKind {
  if (a === 'logits' || b === 'logits') return 'logits';
  return a === 'topK' || b === 'topK' ? 'topK' : 'argmax';
}
