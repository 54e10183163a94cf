/** Rounds of one length that are remembered. */
const N_REMEMBERED = 9;

const HOPE = 0.5;

/** What rounds with so many drafted tokens took. */
interface Measured {
  readonly nDrafted: number;
  readonly times: readonly number[];
  readonly median: number;
}

/**
 * Milliseconds of a round, by the number of tokens drafted in it. The median of the last few rounds: a round now and then is
 * slow for reasons of its own. What was not measured is hoped to be half way from the next shorter length to the straight line:
 * rows come in tiles, so a longer draft may be free, and a length that nobody tries is never known.
 */
export class RoundCosts {
  /** By ascending length. */
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

  /** How often rounds with that many drafted tokens were measured, as far as remembered. */
  count(nDrafted: number): number {
    return this.#measured.find(other => other.nDrafted === nDrafted)?.times.length ?? 0;
  }

  /** Whether rounds without a draft were measured, and rounds with one. */
  get hasPlain(): boolean {
    return this.#measured[0]?.nDrafted === 0;
  }

  get hasDrafts(): boolean {
    return this.#measured.length > (this.hasPlain ? 1 : 0);
  }

  /** Expected milliseconds, once something was measured. */
  ms(nDrafted: number): number {
    const above = this.#measured.findIndex(other => other.nDrafted >= nDrafted);
    const last = this.#measured.length - 1;
    const high = this.#measured[above < 0 ? last : above];
    if (above === 0 || last === 0 || high.nDrafted === nDrafted) return high.median;
    const low = this.#measured[(above < 0 ? last : above) - 1];
    const slope = (high.median - low.median) / (high.nDrafted - low.nDrafted);
    // A longer draft takes no less time, whatever a few noisy rounds say.
    return low.median + HOPE * Math.max(0, slope) * (nDrafted - low.nDrafted);
  }
}

/** Of two the smaller one: what comes first is often slow. */
function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
}
