import type { Acceptance } from './acceptance.ts';
import type { RoundCosts } from './roundCosts.ts';

/** Smallest share of the best rate at which another length is worth trying. */
const WORTH_A_TRY = 0.9;

/** Range of draft lengths of a sequence: 0, or `nMin` to `nMax`. */
export interface DraftBounds {
  readonly acceptance: Acceptance;
  readonly nMin: number;
  readonly nMax: number;
}

/** Expected tokens and time of one round, by its draft lengths. */
export class Odds {
  readonly #bounds: readonly DraftBounds[];
  readonly #nOthers: number;
  readonly #costs: RoundCosts;
  /** Expected tokens of each sequence, by draft length. */
  readonly #tokens: readonly (readonly number[])[];

  constructor(bounds: readonly DraftBounds[], nOthers: number, costs: RoundCosts) {
    this.#bounds = bounds;
    this.#nOthers = nOthers;
    this.#costs = costs;
    this.#tokens = bounds.map(({ acceptance, nMax }) => acceptance.expectedTokens(nMax));
  }

  /** Tokens per millisecond. */
  rate(lengths: readonly number[]): number {
    return this.#expected(lengths) / this.#costs.ms(sum(lengths));
  }

  /** Finds the lengths with the highest rate by changing one length at a time. */
  best(): number[] {
    const none = this.#bounds.map(() => 0);
    const all = this.#bounds.map(bounds => lengthsOf(bounds).at(-1) ?? 0);
    return this.#better(this.#improved(none), this.#improved(all));
  }

  /** Best lengths with a draft for exactly one sequence; null where no sequence may have one. */
  bestAlone(): number[] | null {
    const choices = this.#bounds.flatMap((bounds, i) =>
      lengthsOf(bounds)
        .filter(length => length > 0)
        .map(length => this.#bounds.map((_, other) => (other === i ? length : 0))),
    );
    return choices.reduce<number[] | null>(
      (best, choice) => (best === null ? choice : this.#better(best, choice)),
      null,
    );
  }

  /** Replaces the first draft's length by the least measured one whose rate is close to that of `lengths`. */
  lessKnown(lengths: readonly number[]): number[] {
    const first = lengths.findIndex(length => length > 0);
    const limit = WORTH_A_TRY * this.rate(lengths);
    const count = (choice: readonly number[]) => this.#costs.count(sum(choice));
    return lengthsOf(this.#bounds[first])
      .map(length => lengths.with(first, length))
      .filter(choice => this.rate(choice) >= limit)
      .reduce((least, choice) => (count(choice) < count(least) ? choice : least), [...lengths]);
  }

  /** Expected loss of `lengths`, in rounds without drafts. */
  loss(lengths: readonly number[]): number {
    const nSequences = this.#bounds.length + this.#nOthers;
    return this.#costs.ms(sum(lengths)) / this.#costs.ms(0) - this.#expected(lengths) / nSequences;
  }

  #improved(start: number[]): number[] {
    return this.#bounds.reduce(
      (best, bounds, i) =>
        lengthsOf(bounds).reduce((found, length) => this.#better(found, found.with(i, length)), best),
      start,
    );
  }

  #better(a: number[], b: number[]): number[] {
    return this.rate(b) > this.rate(a) ? b : a;
  }

  #expected(lengths: readonly number[]): number {
    return lengths.reduce((tokens, length, i) => tokens + this.#tokens[i][length], this.#nOthers);
  }
}

function lengthsOf({ nMin, nMax }: DraftBounds): number[] {
  const first = Math.max(1, nMin);
  return [0, ...Array.from({ length: Math.max(0, nMax - first + 1) }, (_, i) => first + i)];
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}
