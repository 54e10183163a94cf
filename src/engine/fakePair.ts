import type { FusedOutput, FusedPair, VerifiedDrafts, VerifyRow } from '../forward/drafting.ts';
import type { BatchRow } from '../forward/forward.ts';
import type { FakeForwardPass } from './fakeForwardPass.ts';

/** Pair of fakes that drafts and verifies in one call. */
export class FakePair implements FusedPair {
  nCalls = 0;
  readonly #target: FakeForwardPass;
  readonly #draft: FakeForwardPass;

  constructor(target: FakeForwardPass, draft: FakeForwardPass) {
    this.#target = target;
    this.#draft = draft;
  }

  async draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts> {
    this.nCalls++;
    const drafts = (await this.#draft.draft(draftRows, nDraft, false)).map(draft =>
      draft.map(({ token }) => token),
    );
    const filled = rows.map(({ token, ...row }): BatchRow => {
      if (typeof token === 'number') return { ...row, token };
      return { ...row, token: Math.min(drafts[token.output][token.step], this.#target.nVocab - 1) };
    });
    return { drafts, outputs: await this.#target.forward(filled, kind) };
  }
}
