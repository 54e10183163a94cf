import type { DraftedToken, FusedOutput, VerifiedDrafts, VerifyRow } from '../forward/drafting.ts';
import type { TokenId } from '../forward/forward.ts';
import type { Sequence, StepResult } from './sequence.ts';

/** A continuation wanted for one sequence. */
export interface DraftRequest {
  /** Its `tokens` end with the pending token, which is sampled but not yet decoded by the target. */
  readonly sequence: Sequence;
  /** Longest draft that can be verified, at least 1. */
  readonly nMax: number;
}

/** Drafts whose lengths are known and whose tokens are not: they are made in the submit that verifies them. */
export interface PlannedDrafts {
  /** One per request, in order. */
  readonly drafts: readonly (readonly DraftedToken[])[];
  /** Makes the drafts and decodes the target's `rows`, some of which have tokens of theirs. One draft per request comes back. */
  verify(rows: readonly VerifyRow[], kind: FusedOutput): Promise<VerifiedDrafts>;
}

/**
 * Guesses how sequences go on. What it guesses never changes the answer, only its speed: the target verifies every token.
 * A source that keeps state finds out for itself what of it a sequence still agrees with, so rejected tokens and new
 * requests in a slot need no call.
 */
export interface DraftSource {
  /** Longest draft it could use for `sequence`, whatever the room; 0 when it has none to give. */
  longest(sequence: Sequence): number;

  /** One draft per request, in order, of at most `nMax` tokens; empty where it has no guess worth verifying. */
  draft(requests: readonly DraftRequest[]): Promise<TokenId[][]>;

  /**
   * The same without knowing the tokens, where nobody has to see them before they are verified; null where that cannot be, and
   * then `draft` is asked. Nothing is drafted before `verify` is called, which may not happen.
   */
  plan?(requests: readonly DraftRequest[]): PlannedDrafts | null;

  /**
   * Decides before the step under way is read whether the next one will do without drafts: then that is submitted, with no
   * further question, if it holds these sequences or some of them and no others. Never called: it may draft in any step.
   */
  passes?(requests: readonly DraftRequest[]): boolean;

  /**
   * Told at every step of a prompt: the target's cache holds the first `nPast` tokens of these sequences. Lets the source
   * take in a long prompt a batch at a time, as the target does, rather than all of it at the first draft.
   */
  follow(sequences: readonly Sequence[]): Promise<void>;

  /** Told after every step in which it was asked, or might have been: what became of the drafts, and how long the step took. */
  stepped?(results: readonly StepResult[], ms: number): void;

  /** The context shift of `ForwardPass.shift`, for state indexed by position. */
  shift(slot: number, keep: number, discard: number): void;

  /** The slot `to` goes on from the first `nTokens` positions of `from`. */
  copy(from: number, to: number, nTokens: number): void;
}
