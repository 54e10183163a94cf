import type { TokenId } from '../../forward/forward.ts';
import type { CandidateList } from './candidateList.ts';

/**
 * Possible effect of a stage on the outcome; decides how much of a row the chain has to see.
 * - `keepBest`: only the `count` largest logits can still be chosen afterwards, and the stage reads no others
 * - `cutTail`: removes unlikely candidates; the best stays, and the remaining logits do not change
 * - `lower`: lowers the logits of at most `count` tokens, which others may then overtake
 * - `reweigh`: anything else
 */
export type StageEffect =
  | { readonly kind: 'keepBest'; readonly count: number }
  | { readonly kind: 'cutTail' }
  | { readonly kind: 'lower'; readonly count: number }
  | { readonly kind: 'reweigh' };

/** Sampler of the chain. Factories return null for parameters that make it do nothing. */
export interface ChainStage {
  readonly effect: StageEffect;
  /** Filters or reweighs the list in place; at least one candidate stays. */
  apply(list: CandidateList): void;
  /** Appends a token to the stage's history, if it has one. */
  accept?(token: TokenId): void;
}

/** End of the chain: draws a token. */
export interface Selector {
  /** Returns the index of the chosen candidate and leaves the normalised probabilities in `list.p`. */
  select(list: CandidateList): number;
}
