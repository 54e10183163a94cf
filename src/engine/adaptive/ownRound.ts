import type { Sequence, StepResult } from '../sequence.ts';

/** Round in which all, some or none of the sequences of a batch had a draft. */
export interface OwnRound {
  readonly nSequences: number;
  readonly nDrafted: number;
  /** Tokens that the round produced, in all sequences. */
  readonly nTokens: number;
  readonly ms: number;
}

/**
 * Round of `ms` in which a draft source drafted for the sequences `drafted`. Null for a round with a prompt, or with drafts of
 * another source: its time is no measure of this source.
 */
export function ownRound(
  results: readonly StepResult[],
  drafted: ReadonlySet<Sequence>,
  ms: number,
): OwnRound | null {
  const isOwn = results.every(
    ({ sequence, nPrompt, draft }) => nPrompt === 0 && (draft.length === 0 || drafted.has(sequence)),
  );
  if (!isOwn) return null;
  return {
    nSequences: results.length,
    nDrafted: results.reduce((total, { draft }) => total + draft.length, 0),
    nTokens: results.reduce((total, { sampled }) => total + sampled.length, 0),
    ms,
  };
}
