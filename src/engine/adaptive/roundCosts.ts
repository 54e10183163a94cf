/** Number of recent rounds kept per length. */
const N_REMEMBERED = 9;

const HOPE = 0.5;

/** Times of the rounds with `nDrafted` drafted tokens. */
interface Measured {
  readonly nDrafted: number;
  readonly times: readonly number[];
  readonly median: number;
}

/**
 * Milliseconds of a round by the number of tokens drafted in it: the median of the last few rounds, because single rounds are
 * slow for unrelated reasons. The estimate for an unmeasured length lies half-way between the time of the next shorter length and
 * the straight line. It is optimistic on purpose: rows come in tiles, so a longer draft may be free, and a length that is never
 * tried is never measured.
 */
export class RoundCosts {
  /** In ascending order of length. */
  #measured: readonly Measured[] = [];

  record(nDrafted: number, ms: number): void {
    const earlier = this.#measured.find(other => other.nDrafted === nDrafted)?.times ?? [];
    const times = [...earlier, ms].slice(-N_REMEMBERED);
    this.#measured = [
      ...this.#measured.filter(other => other.nDrafted < nDrafted),
      { nDrafted, times, median: medianOf(times) },
      ...this.#measured.filter(other => other.nDrafted > nDrafted),
    ];
  }

  /** Number of remembered rounds with `nDrafted` drafted tokens. */
  count(nDrafted: number): number {
    return this.#measured.find(other => other.nDrafted === nDrafted)?.times.length ?? 0;
  }

  /** Whether rounds without a draft were measured. */
  get hasPlain(): boolean {
    return this.#measured[0]?.nDrafted === 0;
  }

  get hasDrafts(): boolean {
    return this.#measured.length > (this.hasPlain ? 1 : 0);
  }

  /**
   * Expected milliseconds. At least one length must have been measured. `beyond`: the share of the slope that is believed behind
   * the longest one.
   */
  ms(nDrafted: number, beyond = HOPE): number {
    const above = this.#measured.findIndex(other => other.nDrafted >= nDrafted);
    const last = this.#measured.length - 1;
    const high = this.#measured[above < 0 ? last : above];
    if (above === 0 || last === 0 || high.nDrafted === nDrafted) return high.median;
    const low = this.#measured[(above < 0 ? last : above) - 1];
    const slope = (high.median - low.median) / (high.nDrafted - low.nDrafted);
    // A longer draft takes at least as long; a negative slope is noise.
    return low.median + (above < 0 ? beyond : HOPE) * Math.max(0, slope) * (nDrafted - low.nDrafted);
  }
}

/** Lower median: of two values the smaller one, because the first round is often slow. */
function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
}
