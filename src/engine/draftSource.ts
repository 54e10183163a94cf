import type { DraftedToken, DraftKind, FusedOutput, VerifiedDrafts, VerifyRow } from '../forward/drafting.ts';
import type { TokenId } from '../forward/forward.ts';
import type { Sequence, StepResult } from './sequence.ts';

/** Request for a continuation of one sequence. */
export interface DraftRequest {
  /** Ends with the pending token, which is sampled but not yet decoded by the target. */
  readonly sequence: Sequence;
  /** Longest draft that can be verified, at least 1. */
  readonly nMax: number;
}

/** Drafts of known length and unknown tokens: the submit that verifies them also makes them. */
export interface PlannedDrafts {
  /** One per request, in order. */
  readonly drafts: readonly (readonly DraftedToken[])[];
  /** Submits the making of the drafts and the target's `rows`, some of which refer to drafted tokens. */
  submit(rows: readonly VerifyRow[], kind: FusedOutput): SubmittedRound;
}

/** Round of speculation that was submitted and not read. */
export interface SubmittedRound {
  /** Resolves to one draft per request, and the outputs. A round that is never read is discarded. */
  read(): Promise<VerifiedDrafts>;
  /**
   * Plans the round behind this one, which is of kind `argmax` and whose rows are one token and a whole draft of each request.
   * `requests` are for some of its sequences. Call it before this round is read and before anything else is submitted. Returns
   * null where that is impossible.
   */
  following?(requests: readonly DraftRequest[]): FollowingRound | null;
}

/** Round behind one that is not read. Nothing is submitted until `submit` is called, which may never happen. */
export interface FollowingRound {
  /** Length of each draft. */
  readonly nDraft: number;
  submit(): SubmittedRound;
}

/**
 * Guesses continuations of sequences. A guess changes only the speed of an answer, never its text: the target verifies every
 * token. A stateful source compares its state with the sequence's tokens at the next call, so there is no need to notify it of
 * rejected tokens or of new requests in a slot.
 */
export interface DraftSource {
  /** Longest draft that the source could make for `sequence` with unlimited room; 0 for none. */
  longest(sequence: Sequence): number;

  /** Kind of the source that made the last draft of `sequence`. Call it only if there was one. */
  drafterOf(sequence: Sequence): DraftKind;

  /**
   * Returns one draft per request, in order, of at most `nMax` tokens. A draft is empty where the source has no guess worth
   * verifying.
   */
  draft(requests: readonly DraftRequest[]): Promise<TokenId[][]>;

  /**
   * Plans drafts that nobody has to see before they are verified. Returns null where that is impossible; then `draft` is called.
   * Nothing is drafted until `submit` is called, which may never happen.
   */
  plan?(requests: readonly DraftRequest[]): PlannedDrafts | null;

  /**
   * Decides, before the current step is read, whether the `nAhead`-th step behind it needs no drafts. If it returns true, that
   * step is submitted without asking again, for these sequences or some of them and no others. A source without this method may
   * draft in any step.
   */
  passes?(requests: readonly DraftRequest[], nAhead: number): boolean;

  /**
   * Called at every step of a prompt, when the target's cache holds the first `nPast` tokens of these sequences. It lets the
   * source decode a long prompt batch by batch, like the target, rather than all at once for the first draft.
   */
  follow(sequences: readonly Sequence[]): Promise<void>;

  /** Called after every step in which the source was asked or could have been, with the results and the duration of the step. */
  stepped?(results: readonly StepResult[], ms: number): void;

  /** Context shift as in `ForwardPass.shift`, for state indexed by position. */
  shift(slot: number, keep: number, discard: number): void;

  /** Slot `to` continues from the first `nTokens` positions of `from`. */
  copy(from: number, to: number, nTokens: number): void;
}
