import type { BatchRow, Candidates, OutputKind, TokenId } from './forward.ts';

/** One token proposed by a draft model. */
export interface DraftToken {
  readonly token: TokenId;
  /** Probability among the draft's ten likeliest tokens; 1 where the caller did not ask for probabilities. */
  readonly p: number;
}

/** A token of a draft that is not known yet: number `step` of the draft behind output row `output`. */
export interface DraftedToken {
  readonly output: number;
  readonly step: number;
}

/** A row of a batch that verifies drafts in the same submit that makes them. */
export interface VerifyRow extends Omit<BatchRow, 'token'> {
  readonly token: TokenId | DraftedToken;
}

export interface VerifiedDrafts {
  /** One per output row of the draft, in order. */
  readonly drafts: TokenId[][];
  /** As of `ForwardPass.forward`. */
  readonly outputs: Candidates[];
}

/** Whole rows of logits are as much to read as all else of a round is to compute. */
export type FusedOutput = Exclude<OutputKind, 'logits'>;

/** What a target and a draft model on one device can do together. */
export interface FusedPair {
  /**
   * `draft` of the draft model with `draftRows`, then `forward` of the target with `rows`, without a word from the CPU in
   * between. The target takes a drafted token that its vocabulary lacks for some other: what follows it is of no use.
   */
  draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts>;
}

/** Continuation on the GPU, as a draft model makes it. */
export interface Drafting {
  /**
   * Greedy continuation on the GPU in one submit: decodes `rows` (all the rows its cache still lacks, of one or more
   * slots; the last row of each slot has `output`), then feeds each slot's own argmax back `nDraft - 1` times. One list
   * of `nDraft` tokens per output row, in order. Probabilities are computed only when `withProbabilities`.
   */
  draft(rows: readonly BatchRow[], nDraft: number, withProbabilities: boolean): Promise<DraftToken[][]>;
}
