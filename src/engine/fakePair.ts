import type { FollowedSlot, FusedOutput, FusedPair, VerifiedDrafts, VerifyRow } from '../forward/drafting.ts';
import type { BatchRow } from '../forward/forward.ts';
import type { FakeForwardPass } from './fakeForwardPass.ts';

/** Pair of fakes that drafts and verifies in one call. */
export class FakePair implements FusedPair {
  nCalls = 0;
  nFollowed = 0;
  /** Results of the last round. */
  #last: VerifiedDrafts = { drafts: [], outputs: [] };
  readonly #target: FakeForwardPass;
  readonly #draft: FakeForwardPass;

  constructor(target: FakeForwardPass, draft: FakeForwardPass) {
    this.#target = target;
    this.#draft = draft;
  }

  canFollow(nLastDraft: number, nDraft: number): boolean {
    const isRecurrent = this.#draft.maxRollback < Number.POSITIVE_INFINITY;
    return !isRecurrent && nLastDraft + 1 + nDraft + 1 <= this.#target.maxRollback;
  }

  async draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts> {
    this.nCalls++;
    return this.#round(draftRows, nDraft, rows, kind);
  }

  async followUp(slots: readonly FollowedSlot[], nDraft: number): Promise<VerifiedDrafts> {
    this.nFollowed++;
    const pending = slots.map(slot => this.#accept(slot));
    const draftRows = pending.flatMap(({ slot, token, position, before }): BatchRow[] => [
      { slot, token: before, position: position - 1, output: false },
      { slot, token: Math.min(token, this.#draft.nVocab - 1), position, output: true },
    ]);
    const rows = pending.flatMap(({ slot, token, position }, output): VerifyRow[] => [
      { slot, token, position, output: true },
      ...Array.from({ length: nDraft }, (_, step) => ({
        slot,
        token: { output, step },
        position: position + 1 + step,
        output: true,
      })),
    ]);
    return this.#round(draftRows, nDraft, rows, 'argmax');
  }

  #round(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): VerifiedDrafts {
    const drafts = this.#draft
      .draftNow(draftRows, nDraft, false)
      .map(draft => draft.map(({ token }) => token));
    const filled = rows.map(({ token, ...row }): BatchRow => {
      if (typeof token === 'number') return { ...row, token };
      return { ...row, token: Math.min(drafts[token.output][token.step], this.#target.nVocab - 1) };
    });
    this.#last = { drafts, outputs: this.#target.forwardNow(filled, kind) };
    return this.#last;
  }

  /** Next token of a slot, with its position and the token before it, after the last round. */
  #accept({ slot, from, token, position }: FollowedSlot) {
    const { drafts, outputs } = this.#last;
    const draft = drafts[from];
    const chosen = outputs.slice(from * (draft.length + 1)).map(({ ids }) => ids[0]);
    const rejected = draft.findIndex((drafted, i) => drafted !== chosen[i]);
    const nAccepted = rejected < 0 ? draft.length : rejected;
    return {
      slot,
      token: chosen[nAccepted],
      position: position - draft.length + nAccepted,
      before: nAccepted === 0 ? token : draft[nAccepted - 1],
    };
  }
}
