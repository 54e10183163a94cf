/** How much of what was known is kept at every further round. */
const KEPT = 0.9;
/** Rounds that what is known in general counts for, beside those that were seen. */
const PRIOR_WEIGHT = 2;
/** Acceptance of a draft of which nothing is known. */
const FIRST_GUESS = 0.7;

/** Decayed counts of trials, and of those that succeeded. */
interface Tally {
  hits: number;
  trials: number;
}

/**
 * How likely each token of a draft is accepted, given that those before it were: an exponential average for each position.
 * Where little was seen of a position, all positions together stand in for it, and for these what `general` knows.
 */
export class Acceptance {
  readonly #general: Acceptance | null;
  readonly #all: Tally = { hits: 0, trials: 0 };
  readonly #positions: Tally[] = [];

  /** `general`: the acceptance of all drafts of a server, of which this is one sequence's. */
  constructor(general: Acceptance | null = null) {
    this.#general = general;
  }

  /** Takes in what became of a draft: the token behind the last accepted one was tried as well. */
  record(nDrafted: number, nAccepted: number): void {
    for (let i = 0; i < Math.min(nDrafted, nAccepted + 1); i++) {
      this.#positions[i] ??= { hits: 0, trials: 0 };
      for (const tally of [this.#positions[i], this.#all]) {
        tally.hits = KEPT * tally.hits + (i < nAccepted ? 1 : 0);
        tally.trials = KEPT * tally.trials + 1;
      }
    }
    this.#general?.record(nDrafted, nAccepted);
  }

  /** Expected tokens of a round with drafts of 0, 1, … `nMax` tokens, the target's own included. */
  expectedTokens(nMax: number): number[] {
    const expected = [1];
    let likelihood = 1;
    for (let i = 0; i < nMax; i++) {
      likelihood *= estimate(this.#positions[i], this.#overall());
      expected.push(expected[i] + likelihood);
    }
    return expected;
  }

  #overall(): number {
    return estimate(this.#all, this.#general === null ? FIRST_GUESS : this.#general.#overall());
  }
}

function estimate({ hits, trials }: Tally = { hits: 0, trials: 0 }, prior: number): number {
  return (hits + PRIOR_WEIGHT * prior) / (trials + PRIOR_WEIGHT);
}
