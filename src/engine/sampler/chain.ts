import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';

/** The sampler chain of one request, with its random number generators and its history. */
export interface Sampler {
  /** The least the chain has to see of each row to choose exactly what it would choose from all logits. */
  readonly needs: OutputKind;
  /**
   * Appends a token to the history that penalties and DRY look at: every prompt token, then every sampled one. A grammar
   * goes on with the sampled ones, unless `advancesGrammar` is false.
   */
  accept(token: TokenId, advancesGrammar?: boolean): void;
  /**
   * Runs the chain on one row and draws once, or twice where a grammar refuses the first token. Does not call `accept`,
   * leaves `candidates` alone.
   */
  sample(candidates: Candidates): TokenId;
  /** The survivors of the last `sample`, by descending probability, without those of probability 0. */
  survivors(): readonly { readonly token: TokenId; readonly p: number }[];
  /** How many tokens of `draft`, from its first on, could be sampled next; absent where nothing rules any out. */
  countAllowed?(draft: readonly TokenId[]): number;
}
