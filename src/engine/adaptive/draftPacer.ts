import { type DraftBounds, Odds } from './odds.ts';
import type { OwnRound } from './ownRound.ts';
import { RoundCosts } from './roundCosts.ts';

/** Share of the time without drafts that may be spent on probing whether drafts have become worthwhile. */
const PROBE_SHARE = 0.015;
/** Initial credit and largest credit, in rounds without a draft. */
const FIRST_CREDIT = 2;
const MAX_CREDIT = 3;
/** Debt allowed while drafts promise to win, in rounds: the first rounds are measured worst. */
const TRUST = 3;
/** Speed-up that drafts must promise: times are noisy, and a draw does not justify the extra work. */
const MARGIN = 1.02;
/**
 * Keep the costs known: every `EXPLORE_EVERY` rounds with drafts one has another length, and every `PLAIN_EVERY` rounds
 * `PLAIN_ROUNDS` have no draft. The first plain round is no measure, since it could not be submitted before the draft ahead of it
 * was read.
 */
const EXPLORE_EVERY = 16;
const PLAIN_EVERY = 160;
const PLAIN_ROUNDS = 2;
/** Number of measured rounds of a length from which cold rounds are ignored. */
const MIN_COUNT = 3;
/** Cap on the time of a booked round, as a multiple of the usual time. */
const MAX_EXCESS = 2;

/** Round that a `DraftPacer` measures. */
export interface RoundRecord extends OwnRound {
  /**
   * Whether drafting started or stopped with this round. Then the draft model had to catch up, or the target had to wait, so the
   * time says little about the next round.
   */
  readonly isCold: boolean;
}

/**
 * Chooses the draft lengths with the most tokens per second, from measured round times and measured acceptance. No draft is one
 * of the choices, and the baseline: the pacer keeps an account of what drafts gain and lose against it. When the losses exceed
 * the gains and the allowance of `PROBE_SHARE`, it stops drafting until the account is balanced.
 */
export class DraftPacer {
  /** Round costs by the number of sequences in the batch. */
  readonly #costs = new Map<number, RoundCosts>();
  /** Net gain of drafts so far, in rounds without drafts. */
  #credit = FIRST_CREDIT;
  #nDraftedRounds = 0;
  /** Rounds with drafts that were recorded before the first round without one, and so have no baseline yet. */
  #unbooked: RoundRecord[] = [];

  /** Chooses draft lengths for sequences that generate together, next to `nOthers` sequences without drafts. */
  choose(bounds: readonly DraftBounds[], nOthers = 0): number[] {
    const costs = this.#costsOf(bounds.length + nOthers);
    const none = bounds.map(() => 0);
    if (!costs.hasDrafts) return this.#credit >= 0 ? bounds.map(longest) : none;
    if (!costs.hasPlain) return none;

    const odds = new Odds(bounds, nOthers, costs);
    const best = odds.best();
    if (odds.rate(best) <= MARGIN * odds.rate(none)) return this.#probe(odds, none);
    if (this.#credit < -TRUST) return none;
    if (this.#nDraftedRounds % PLAIN_EVERY >= PLAIN_EVERY - PLAIN_ROUNDS) {
      this.#nDraftedRounds++;
      return none;
    }
    return this.#nDraftedRounds % EXPLORE_EVERY === EXPLORE_EVERY - 1 ? odds.lessKnown(best) : best;
  }

  record(round: RoundRecord): void {
    const { nSequences, nDrafted, ms, isCold } = round;
    const costs = this.#costsOf(nSequences);
    if (nDrafted === 0) {
      if (!isCold || costs.count(0) < MIN_COUNT) costs.record(0, ms);
      this.#earn(PROBE_SHARE);
      for (const earlier of this.#unbooked.filter(other => other.nSequences === nSequences))
        this.#book(earlier);
      this.#unbooked = this.#unbooked.filter(other => other.nSequences !== nSequences);
      return;
    }
    this.#nDraftedRounds++;
    if (!isCold || costs.count(nDrafted) < MIN_COUNT) costs.record(nDrafted, ms);
    if (costs.hasPlain) this.#book(round);
    else this.#unbooked.push(round);
  }

  /** Tries a draft for one sequence, if the credit covers its likely loss. */
  #probe(odds: Odds, none: number[]): number[] {
    const probe = odds.bestAlone();
    return probe !== null && this.#credit >= odds.loss(probe) ? probe : none;
  }

  #book({ nSequences, nDrafted, nTokens, ms, isCold }: RoundRecord): void {
    const costs = this.#costsOf(nSequences);
    // Outliers say nothing about drafts.
    const counted = isCold ? ms : Math.min(ms, MAX_EXCESS * costs.ms(nDrafted));
    this.#earn(nTokens / nSequences - counted / costs.ms(0));
  }

  #earn(nRounds: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + nRounds);
  }

  #costsOf(nSequences: number): RoundCosts {
    const costs = this.#costs.get(nSequences) ?? new RoundCosts();
    this.#costs.set(nSequences, costs);
    return costs;
  }
}

function longest({ nMin, nMax }: DraftBounds): number {
  return nMax >= nMin ? nMax : 0;
}
