import { describe, expect, it } from 'vitest';
import { DRAFT_KINDS, type DraftKind } from '../../util/draftKinds.ts';
import { DraftTally } from './draftTally.ts';

/** Tally of drafts, each with its kind, length and number of accepted tokens. */
function tallyOf(...drafts: readonly (readonly [DraftKind | null, number, number])[]): DraftTally {
  const tally = new DraftTally();
  for (const [drafter, length, nAccepted] of drafts) {
    tally.add({ drafter, draft: new Array<number>(length).fill(3), nAccepted });
  }
  return tally;
}

describe('DraftTally', () => {
  it('counts the drafts with a token at a position, and those accepted there', () => {
    const tally = tallyOf(['draft-simple', 3, 2], ['draft-simple', 1, 1], ['draft-simple', 2, 0]);
    expect(tally.counts).toEqual([
      {
        type: 'draft-simple',
        draft_n: 6,
        draft_n_accepted: 3,
        draft_n_per_pos: [3, 2, 1],
        draft_n_accepted_per_pos: [2, 1, 0],
      },
    ]);
  });

  it('ignores steps without a draft', () => {
    expect(tallyOf([null, 0, 0], ['draft-simple', 0, 0]).counts).toEqual([]);
  });

  it('keeps the kinds apart', () => {
    const tally = tallyOf(...DRAFT_KINDS.map((kind, i) => [kind, i + 1, i] as const));
    expect(
      tally.counts.map(({ type, draft_n, draft_n_accepted }) => [type, draft_n, draft_n_accepted]),
    ).toEqual(DRAFT_KINDS.map((kind, i) => [kind, i + 1, i]));
  });

  it('lists 16 positions at most, and counts longer drafts in the sums', () => {
    const [counts] = tallyOf(['ngram-mod', 64, 40]).counts;
    expect(counts).toMatchObject({ draft_n: 64, draft_n_accepted: 40 });
    expect(counts.draft_n_per_pos).toEqual(new Array(16).fill(1));
    expect(counts.draft_n_accepted_per_pos).toEqual(new Array(16).fill(1));
  });

  it('a value does not change when further drafts are counted', () => {
    const tally = tallyOf(['draft-simple', 1, 1]);
    const { counts } = tally;
    tally.add({ drafter: 'draft-simple', draft: [3], nAccepted: 0 });
    expect(counts[0]).toMatchObject({ draft_n: 1, draft_n_per_pos: [1] });
  });
});
