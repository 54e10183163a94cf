import { type DraftBounds, Odds } from './odds.ts';
import { RoundCosts } from './roundCosts.ts';

/** Share of the time without drafts that may be spent on finding out whether drafts have become worth it. */
const PROBE_SHARE = 0.015;
/** Rounds without a draft that may be lost before anything is known, and the most that is ever saved up for probes. */
const FIRST_CREDIT = 2;
const MAX_CREDIT = 3;
/** What may be lost beyond that where drafts promise to win: it is the first rounds that are measured worst. */
const TRUST = 3;
/** What drafts have to promise over none: times are noisy, and a draw is no reason to work twice. */
const MARGIN = 1.02;
/**
 * Of so many rounds with drafts one has another length, and of so many more a few have none, to keep the costs known: the
 * first of these is no measure, since it could not be submitted before the draft in front of it was read.
 */
const EXPLORE_EVERY = 16;
const PLAIN_EVERY = 160;
const PLAIN_ROUNDS = 2;
/** Rounds of a length after which cold ones are not measured any more. */
const MIN_COUNT = 3;
/** A round counts as no longer than this many usual ones. */
const MAX_EXCESS = 2;

/** A round that drafted for all sequences of a batch, or for some or none of them. */
export interface RoundRecord {
  readonly nSequences: number;
  readonly nDrafted: number;
  /** Tokens that came of it, in all sequences. */
  readonly nTokens: number;
  readonly ms: number;
  /**
   * Whether it had drafts and the round before had none, or the other way round: then the draft model had to catch up, or the
   * target was kept waiting, and the time says little about the next round.
   */
  readonly isCold: boolean;
}

/**
 * Chooses draft lengths for the most tokens per second, from what rounds took and how much of the drafts was accepted. Drafting
 * nothing is one of the choices, and the one from which all others are judged: what drafts lose against it is booked, and
 * where more was lost than gained and `PROBE_SHARE` of the time allows, nothing is drafted until that is made up for.
 */
export class DraftPacer {
  /** By the number of sequences in the batch. */
  readonly #costs = new Map<number, RoundCosts>();
  /** What drafts have gained, in rounds without any. */
  #credit = FIRST_CREDIT;
  #nDraftedRounds = 0;
  /** Rounds with drafts from before it was known how long one without takes. */
  #unbooked: RoundRecord[] = [];

  /** Draft lengths for sequences that generate together, beside `nOthers` that have no drafts. */
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

  /** A short draft for one sequence, where what it is likely to lose was saved up. */
  #probe(odds: Odds, none: number[]): number[] {
    const probe = odds.bestAlone();
    return probe !== null && this.#credit >= odds.loss(probe) ? probe : none;
  }

  #book({ nSequences, nDrafted, nTokens, ms, isCold }: RoundRecord): void {
    const costs = this.#costsOf(nSequences);
    // A round that was slow for reasons of its own says nothing about drafts.
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
