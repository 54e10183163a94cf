import type { VerifiedDrafts } from '../forward/drafting.ts';
import type { Candidates, TokenId } from '../forward/forward.ts';
import { assert } from '../util/assert.ts';
import type { FollowingRound, SubmittedRound } from './draftSource.ts';
import type { Sequence } from './sequence.ts';
import { acceptedByArgmax } from './speculate.ts';

/** Submitted round of greedy sequences, with a draft of `nDraft` tokens for each. */
export interface GreedyRound {
  /** Sequences that the round was submitted for, and those of them that still run. */
  readonly submittedFor: readonly Sequence[];
  readonly sequences: readonly Sequence[];
  readonly nDraft: number;
  readonly round: SubmittedRound;
}

/** State of a sequence after a round: the token to decode next, and its position. */
interface Foreseen {
  readonly position: number;
  readonly token: TokenId;
}

/**
 * Submits the next round of speculation before the current one is read: the GPU accepts the drafts itself and continues behind
 * them. The round is valid only if each sequence reaches exactly the state that the GPU computed. Otherwise it is discarded, and
 * as with `StepAhead` nothing has to be undone.
 */
export class RoundAhead {
  #behind: GreedyRound | null = null;
  /** State on which `#behind` depends, by its sequences. */
  #foreseen: readonly Foreseen[] = [];

  /** Returns the submitted round if it continues each of `sequences`. Otherwise discards it. */
  take(sequences: readonly Sequence[]): GreedyRound | null {
    const behind = this.#behind;
    this.#behind = null;
    if (behind === null) return null;
    const isContinued = sequences.every(sequence => {
      const foreseen = this.#foreseen[behind.submittedFor.indexOf(sequence)];
      return foreseen !== undefined && isStateOf(sequence, foreseen);
    });
    return isContinued ? { ...behind, sequences } : null;
  }

  /** Reads `round`, after submitting the one that `plan` plans behind it for all its running sequences. */
  async read(round: GreedyRound, plan: () => FollowingRound | null): Promise<VerifiedDrafts> {
    const { submittedFor, sequences, nDraft } = round;
    const following = plan();
    this.#behind = following && {
      submittedFor: sequences,
      sequences,
      nDraft: following.nDraft,
      round: following.submit(),
    };
    try {
      const { drafts, outputs } = await round.round.read();
      assert(
        outputs.length === submittedFor.length * (nDraft + 1),
        () => `${outputs.length} outputs of a round`,
      );
      const at = sequences.map(sequence => submittedFor.indexOf(sequence));
      const rows = at.map(i => outputs.slice(i * (nDraft + 1), (i + 1) * (nDraft + 1)));
      this.#foreseen = sequences.map((sequence, i) => stateAfter(sequence, drafts[at[i]], rows[i]));
      return { drafts: at.map(i => drafts[i]), outputs: rows.flat() };
    } catch (error) {
      this.#behind = null;
      throw error;
    }
  }
}

function stateAfter({ nPast }: Sequence, draft: readonly TokenId[], rows: readonly Candidates[]): Foreseen {
  const nAccepted = acceptedByArgmax(draft, rows);
  return { position: nPast + 1 + nAccepted, token: rows[nAccepted].ids[0] };
}

function isStateOf({ nPast, tokens }: Sequence, { position, token }: Foreseen): boolean {
  return nPast === position && tokens[nPast] === token;
}
