import type { TokenId } from '../../forward/forward.ts';

/** Draft that was handed out for verification. */
export interface GivenDraft {
  /** Length of the text at that time: the position of the draft's first token, if it is accepted. */
  readonly at: number;
  readonly tokens: readonly TokenId[];
}

/** Number of its tokens that the text adopted; null before any was verified. */
export function acceptedOf({ at, tokens: draft }: GivenDraft, tokens: readonly TokenId[]): number | null {
  if (tokens.length <= at) return null;
  const rejected = draft.findIndex((token, i) => tokens[at + i] !== token);
  return rejected < 0 ? draft.length : rejected;
}

/** Continuation of an n-gram, of which `nMax` tokens are proposed. */
export interface Continuation {
  nMax: number;
}

/** Draft from a continuation. */
export interface ContinuedDraft extends GivenDraft {
  readonly from: Continuation;
}

/**
 * Learns from the verification of a draft: after a partial rejection only the accepted length is proposed again. Returns the draft as
 * long as none of it was verified, then null.
 */
export function learnedFrom(given: ContinuedDraft | null, tokens: readonly TokenId[]): ContinuedDraft | null {
  const nAccepted = given && acceptedOf(given, tokens);
  if (given === null || nAccepted === null) return given;
  if (nAccepted < given.tokens.length) given.from.nMax = nAccepted;
  return null;
}
