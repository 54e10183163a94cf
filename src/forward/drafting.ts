import type { BatchRow, Candidates, OutputKind, TokenId } from './forward.ts';

export type { DraftKind, ModelDraftKind } from '../util/draftKinds.ts';

/** Token proposed by a draft model. */
export interface DraftToken {
  readonly token: TokenId;
  /** Probability among the draft's ten likeliest tokens; 1 unless probabilities were requested. */
  readonly p: number;
}

/** Drafted token whose value is not known yet: token `step` of the draft after output row `output`. */
export interface DraftedToken {
  readonly output: number;
  readonly step: number;
}

/** Row of a batch that verifies drafts in the same submit that makes them. */
export interface VerifyRow extends Omit<BatchRow, 'token'> {
  readonly token: TokenId | DraftedToken;
}

export interface VerifiedDrafts {
  /** One draft per output row of the draft model, in order. */
  readonly drafts: TokenId[][];
  /** Results as in `ForwardPass.forward`. */
  readonly outputs: Candidates[];
}

/** Logits are excluded: reading whole rows of them takes as long as computing the rest of a round. */
export type FusedOutput = Exclude<OutputKind, 'logits'>;

/** Slot of a round that follows another one. */
export interface FollowedSlot {
  readonly slot: number;
  /** Index of the slot among the drafts of the round before. */
  readonly from: number;
  /** Token after which the round before drafted. */
  readonly token: TokenId;
  /** Position of the next such token if the round before accepts its whole draft. */
  readonly position: number;
}

/** Joint operation of a target and a draft model on one device. */
export interface FusedPair {
  /**
   * Whether `followUp` with drafts of `nDraft` tokens is possible behind a round with drafts of `nLastDraft`: not if the draft model has
   * recurrent layers, whose memories move only to positions that the CPU knows, or if the target's cannot come back so far.
   */
  canFollow(nLastDraft: number, nDraft: number): boolean;
  /**
   * Runs `draft` of the draft model on `draftRows` and `forward` of the target on `rows` in one submit, without a round trip to
   * the CPU. A drafted token outside the target's vocabulary is replaced by another token, so results after it are meaningless.
   */
  draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts>;

  /**
   * Drafts `nDraft` tokens for each slot and verifies them behind a round that has not been read: the last `draftAndVerify` of
   * kind `argmax`, whose rows were one token of each slot with its whole draft, or the last `followUp`. The GPU accepts the
   * leading tokens of that round's drafts that equal the target's argmax, and continues behind them. A token that the draft model
   * lacks is replaced by another one, so a draft after it is meaningless. Resolves to the drafts and to `nDraft + 1` outputs of
   * kind `argmax` per slot. One round may be pending behind the one that is being read; a further one abandons the oldest.
   */
  followUp(slots: readonly FollowedSlot[], nDraft: number): Promise<VerifiedDrafts>;
}

/** Greedy continuation on the GPU, for draft models. */
export interface Drafting {
  /**
   * Continues greedily, in one submit unless the CPU has to know each token: decodes `rows` (all rows that the cache still lacks, of
   * one or more slots; the last row of each slot has `output`), then feeds each slot's own argmax back `nDraft - 1` times. Resolves to
   * one list of `nDraft` tokens per output row, in order. Computes probabilities only `withProbabilities`.
   */
  draft(rows: readonly BatchRow[], nDraft: number, withProbabilities: boolean): Promise<DraftToken[][]>;
}
