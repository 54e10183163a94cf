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
/** Number of counts: of each class the guesses that were right, then of each class all. */
export const N_COUNTS = 2 * N_CLASSES;

/** Weight of the first estimate, in guesses, and decay of earlier guesses per guess of the class. */
const PRIOR_WEIGHT = 8;
const KEPT = 0.98;

/** Learns how often guesses are right, by their evidence, from the texts of a server. */
export class MatchOdds {
  readonly #hits: Float64Array;
  readonly #trials: Float64Array;

  /** `counts`: those of earlier odds, for which `areCounts` is true. */
  constructor(counts: Float64Array = new Float64Array(N_COUNTS)) {
    this.#hits = counts.slice(0, N_CLASSES);
    this.#trials = counts.slice(N_CLASSES);
  }

  /** Copies the counts. */
  toArray(): Float64Array {
    return Float64Array.of(...this.#hits, ...this.#trials);
  }

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

/** Whether odds can have these counts. */
export function areCounts(counts: Float64Array): boolean {
  const most = 1 / (1 - KEPT) + 1;
  return (
    counts.length === N_COUNTS &&
    counts.subarray(N_CLASSES).every((trials, i) => trials <= most && 0 <= counts[i] && counts[i] <= trials)
  );
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
