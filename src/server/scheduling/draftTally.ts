import type { StepResult } from '../../engine/sequence.ts';
import type { DraftCounts } from '../../protocol/completion.ts';
import type { DraftKind } from '../../util/draftKinds.ts';

/** Positions of a draft that are counted one by one: a look-up may draft a thousand tokens. */
const MOST_POSITIONS = 16;

/** Verified drafts, as a step reports them. */
export type VerifiedDraft = Pick<StepResult, 'draft' | 'drafter' | 'nAccepted'>;

/** Counts drafts and their accepted tokens by kind and position. */
export class DraftTally {
  readonly #kinds = new Map<DraftKind, KindTally>();

  /** Counts of each kind that has drafted, in the order of their first drafts. Later drafts do not change the value. */
  get counts(): readonly DraftCounts[] {
    return [...this.#kinds].map(([type, { nDrafted, nAccepted, draftedAt, acceptedAt }]) => ({
      type,
      draft_n: nDrafted,
      draft_n_accepted: nAccepted,
      draft_n_per_pos: [...draftedAt],
      draft_n_accepted_per_pos: [...acceptedAt],
    }));
  }

  /** Counts the draft of a step, if there was one. */
  add({ draft, drafter, nAccepted }: VerifiedDraft): void {
    if (drafter === null || draft.length === 0) return;
    const tally = this.#kinds.get(drafter) ?? { nDrafted: 0, nAccepted: 0, draftedAt: [], acceptedAt: [] };
    this.#kinds.set(drafter, tally);
    tally.nDrafted += draft.length;
    tally.nAccepted += nAccepted;
    for (let i = 0; i < Math.min(draft.length, MOST_POSITIONS); i++) {
      tally.draftedAt[i] = (tally.draftedAt[i] ?? 0) + 1;
      tally.acceptedAt[i] = (tally.acceptedAt[i] ?? 0) + (i < nAccepted ? 1 : 0);
    }
  }
}

interface KindTally {
  nDrafted: number;
  nAccepted: number;
  readonly draftedAt: number[];
  readonly acceptedAt: number[];
}
