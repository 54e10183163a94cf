/** Place in a text, and the places before it, and in earlier texts, that a guess of its next token comes from. */
export interface Evidence {
  /** Tokens before the place that equal those before the best of the others, at least 1. */
  readonly length: number;
  /** Number of other places, and of those at which the guessed token followed. */
  readonly nPlaces: number;
  readonly nVotes: number;
  /** Whether one of these is in the same text. */
  readonly isOwn: boolean;
}

/** Least lengths of the classes of evidence. */
const LENGTHS = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32];
/** Ways in which places agree: one alone, all of several, most, or fewer. */
const N_AGREEMENTS = 4;
const MOST = 0.66;
const N_CLASSES = 2 * N_AGREEMENTS * LENGTHS.length;

/** Weight of the first estimate, in guesses, and decay of earlier guesses per guess of the class. */
const PRIOR_WEIGHT = 8;
const KEPT = 0.98;

/** Learns how often guesses are right, by their evidence, from the texts of a server. */
export class MatchOdds {
  readonly #hits = new Float64Array(N_CLASSES);
  readonly #trials = new Float64Array(N_CLASSES);

  /** Probability that a guess is right. */
  likelihood(evidence: Evidence): number {
    const i = classOf(evidence);
    // Long matches are mostly right: 1/4 after one token, 0.91 after 32.
    const prior = evidence.length / (evidence.length + 3);
    return (this.#hits[i] + PRIOR_WEIGHT * prior) / (this.#trials[i] + PRIOR_WEIGHT);
  }

  record(evidence: Evidence, isRight: boolean): void {
    const i = classOf(evidence);
    this.#hits[i] = KEPT * this.#hits[i] + (isRight ? 1 : 0);
    this.#trials[i] = KEPT * this.#trials[i] + 1;
  }
}

function classOf({ length, nPlaces, nVotes, isOwn }: Evidence): number {
  const ofLength = LENGTHS.findLastIndex(least => least <= length);
  return (2 * ofLength + (isOwn ? 1 : 0)) * N_AGREEMENTS + agreement(nVotes, nPlaces);
}

function agreement(nVotes: number, nPlaces: number): number {
  if (nPlaces === 1) return 0;
  if (nVotes === nPlaces) return 1;
  return nVotes > MOST * nPlaces ? 2 : 3;
}
