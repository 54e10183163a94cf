import type { TokenId } from '../../forward/forward.ts';
import type { CandidateList } from './candidateList.ts';

/**
 * What a stage can do to the outcome; it decides how much of a row the chain has to see.
 * - `keepBest`: only the `count` largest logits can still be chosen afterwards, and nothing else mattered to it
 * - `cutTail`: removes unlikely candidates; the best stays and the logits of those that stay do not change
 * - `lower`: lowers the logits of at most `count` tokens, which others may then overtake
 * - `reweigh`: anything else
 */
export type StageEffect =
  | { readonly kind: 'keepBest'; readonly count: number }
  | { readonly kind: 'cutTail' }
  | { readonly kind: 'lower'; readonly count: number }
  | { readonly kind: 'reweigh' };

/** One sampler of the chain. Factories return null for parameters that make it do nothing. */
export interface ChainStage {
  readonly effect: StageEffect;
  /** Filters or reweighs the list in place; at least one candidate stays. */
  apply(list: CandidateList): void;
  /** Appends a token to the history, where the stage has one. */
  accept?(token: TokenId): void;
}

/** The end of the chain: draws a token. */
export interface Selector {
  /** Index of the chosen candidate; leaves the normalised probabilities in `list.p`. */
  select(list: CandidateList): number;
}
