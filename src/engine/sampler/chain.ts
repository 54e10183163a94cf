import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';

/** Sampler chain of one request, with its random number generators and its history. */
export interface Sampler {
  /** Smallest output kind from which the chain makes the same choice as from all logits. */
  readonly needs: OutputKind;
  /**
   * Appends a token to the history of penalties and DRY: every prompt token, then every sampled one. A sampled token also
   * advances the grammar, unless `advancesGrammar` is false.
   */
  accept(token: TokenId, advancesGrammar?: boolean): void;
  /**
   * Runs the chain on one row and draws once, or twice where a grammar refuses the first token. Does not call `accept` and does
   * not change `candidates`.
   */
  sample(candidates: Candidates): TokenId;
  /** Survivors of the last `sample` with non-zero probability, by descending probability. */
  survivors(): readonly { readonly token: TokenId; readonly p: number }[];
  /** Number of leading tokens of `draft` that could be sampled next; absent where nothing forbids any token. */
  countAllowed?(draft: readonly TokenId[]): number;
}
