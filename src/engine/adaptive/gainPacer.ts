import type { OwnRound } from './ownRound.ts';
import { RoundCosts } from './roundCosts.ts';

/** Tokens that a draft must promise to gain: times are noisy, and a draw does not justify the extra work. */
const LEAST_GAIN = 0.02;
/** Share of the time without drafts that may be lost. */
const ALLOWANCE = 0.015;
/** Largest credit, and the debts from which only great gains are tried and from which nothing is, in rounds without a draft. */
const MAX_CREDIT = 3;
const TRUST = 3;
const MAX_DEBT = 6;
/** Tokens that a draft must promise to gain in debt. */
const GREAT_GAIN = 1;
/** Time of a drafted token before any was measured, in rounds without a draft: a low guess, since what is not tried is not measured. */
const FIRST_COST = 0.02;
/** Longest draft where costs are not known, or doubted. Later ones are at most twice as long as the longest before. */
const FIRST_LENGTH = 4;
/** Rounds since the last draft after which measured costs are doubted, and the share of them that is then believed. */
const DOUBT_AFTER = 64;
const DOUBTED_SHARE = 0.5;
/** Cap on the time of a booked round, as a multiple of the usual time. */
const MAX_EXCESS = 2;
/** Decay of the usual speed per round. */
const KEPT = 0.99;

/** Probability that the first i + 1 tokens of a draft are accepted, for each of its tokens. */
export type Chances = readonly number[];

/** Round that a `GainPacer` measures. */
export interface GainRecord extends OwnRound {
  /** Whether it could have been submitted ahead, but waited for a draft, and then had none. */
  readonly waited: boolean;
}

/** Times of the rounds with one number of sequences. */
interface Times {
  readonly costs: RoundCosts;
  /** Times of the rounds that waited in vain, as rounds without a draft. */
  readonly waits: RoundCosts;
  /** Decayed sums over all rounds. */
  nTokens: number;
  ms: number;
  longest: number;
  nSinceDraft: number;
}

/**
 * Chooses the lengths of drafts that tell how likely each token is, from measured round times: a draft gains its expected tokens,
 * and costs those that the time would usually give. An account holds what drafts, and waiting for them, gain and lose against
 * rounds without: when the losses exceed the gains and an allowance, drafting stops until the account is balanced.
 */
export class GainPacer {
  /** By the number of sequences in the batch. */
  readonly #times = new Map<number, Times>();
  /** Net gain of drafts so far, in rounds without drafts. */
  #credit = MAX_CREDIT;

  /** Chooses the draft lengths of sequences that generate together. */
  choose(drafts: readonly Chances[]): number[] {
    const lengths = drafts.map(() => 0);
    const times = this.#of(drafts.length);
    if (!this.#mayDraft(times)) return lengths;
    const tokens = likeliestFirst(drafts);
    const { length } = this.#best(
      tokens.map(({ chance }) => chance),
      times,
      drafts.length,
    );
    for (const { sequence } of tokens.slice(0, length)) lengths[sequence]++;
    return lengths;
  }

  /**
   * Whether to wait for the tokens of `nAhead` rounds, rather than submit the round behind them without a draft. The drafts begin
   * with these tokens.
   */
  waits(drafts: readonly Chances[], nAhead: number): boolean {
    const times = this.#of(drafts.length);
    if (!this.#mayDraft(times)) return false;
    const gain = drafts.reduce((total, chances) => {
      const first = chances[nAhead - 1] ?? 0;
      const behind = chances.slice(nAhead).map(chance => chance / first);
      return total + first * this.#best(behind, times, drafts.length).gain;
    }, 0);
    const loss = waitOf(times) - times.costs.ms(0);
    return gain > this.#price(times, drafts.length) * loss;
  }

  record({ nSequences, nDrafted, nTokens, ms, waited }: GainRecord): void {
    const times = this.#of(nSequences);
    const { costs, waits } = times;
    // Outliers say nothing about drafts.
    const usual = costs.hasPlain ? (nDrafted > 0 ? costOf(times, nDrafted) : waitOf(times)) : ms;
    const counted = Math.min(ms, MAX_EXCESS * usual);
    if (waited) waits.record(0, ms);
    else costs.record(nDrafted, ms);
    times.nTokens = KEPT * times.nTokens + nTokens;
    times.ms = KEPT * times.ms + counted;
    times.longest = Math.max(times.longest, nDrafted);
    times.nSinceDraft = nDrafted > 0 ? 0 : times.nSinceDraft + 1;
    if (!costs.hasPlain) return;
    const isPlain = nDrafted === 0 && !waited;
    this.#earn(isPlain ? ALLOWANCE : nTokens / nSequences - counted / costs.ms(0));
  }

  #mayDraft({ costs }: Times): boolean {
    return costs.hasPlain && this.#credit >= -MAX_DEBT;
  }

  /** Number of drafted tokens with the largest gain over none, and that gain in tokens, or 0. */
  #best(
    chances: Chances,
    times: Times,
    nSequences: number,
  ): { readonly length: number; readonly gain: number } {
    const price = this.#price(times, nSequences);
    const none = waitOf(times);
    const least = this.#credit < -TRUST ? GREAT_GAIN : LEAST_GAIN;
    let best = { length: 0, gain: least * nSequences };
    let expected = 0;
    for (const [i, chance] of chances
      .slice(0, this.#isDoubtful(times) ? FIRST_LENGTH : Math.max(FIRST_LENGTH, 2 * times.longest))
      .entries()) {
      expected += chance;
      const gain = expected - price * (costOf(times, i + 1) - none);
      if (gain > best.gain) best = { length: i + 1, gain };
    }
    return best.length === 0 ? { length: 0, gain: 0 } : best;
  }

  /** Whether measured costs may be outliers, which no draft has corrected, and there is credit to try. */
  #isDoubtful({ nSinceDraft }: Times): boolean {
    return nSinceDraft > DOUBT_AFTER && this.#credit === MAX_CREDIT;
  }

  /** Tokens that a millisecond is worth. */
  #price(times: Times, nSequences: number): number {
    const { costs, nTokens, ms } = times;
    const speed = Math.max(nSequences / costs.ms(0), nTokens / ms);
    return this.#isDoubtful(times) ? DOUBTED_SHARE * speed : speed;
  }

  #earn(nRounds: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + nRounds);
  }

  #of(nSequences: number): Times {
    const times = this.#times.get(nSequences) ?? newTimes();
    this.#times.set(nSequences, times);
    return times;
  }
}

function newTimes(): Times {
  return {
    ...{ costs: new RoundCosts(), waits: new RoundCosts() },
    ...{ nTokens: 0, ms: 0, longest: 0, nSinceDraft: 0 },
  };
}

/** Time of a round that is not submitted ahead, without a draft. */
function waitOf({ costs, waits }: Times): number {
  return waits.hasPlain ? Math.max(waits.ms(0), costs.ms(0)) : costs.ms(0);
}

function costOf(times: Times, nDrafted: number): number {
  const { costs } = times;
  return costs.hasDrafts ? costs.ms(nDrafted, 1) : waitOf(times) + costs.ms(0) * FIRST_COST * nDrafted;
}

/** All tokens of the drafts, the likeliest first, but none before those in front of it. */
function likeliestFirst(
  drafts: readonly Chances[],
): { readonly chance: number; readonly sequence: number }[] {
  return drafts
    .flatMap((chances, sequence) => chances.map((chance, at) => ({ chance, sequence, at })))
    .sort((a, b) => b.chance - a.chance || a.at - b.at);
}
