/** Decay of earlier observations per round. */
const KEPT = 0.9;
/** Weight of the prior estimate, in rounds. */
const PRIOR_WEIGHT = 2;
/** Acceptance assumed before any draft was verified. */
const FIRST_GUESS = 0.7;

/** Decayed counts: trials, and successful ones. */
interface Tally {
  hits: number;
  trials: number;
}

/**
 * Estimates the probability that each token of a draft is accepted, given that the ones before it were: an exponential average
 * per position. A position with few observations falls back on the average of all positions, and that one on `general`.
 */
export class Acceptance {
  readonly #general: Acceptance | null;
  readonly #all: Tally = { hits: 0, trials: 0 };
  readonly #positions: Tally[] = [];

  /** `general`: the acceptance of all drafts of the server, which includes this sequence's. */
  constructor(general: Acceptance | null = null) {
    this.#general = general;
  }

  /** Records a verified draft. The first rejected token counts as a trial as well. */
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

  /** Expected tokens of a round with drafts of 0, 1, … `nMax` tokens, including the target's own token. */
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
