import { describe, expect, it } from 'vitest';
import { Acceptance } from './acceptance.ts';
import { DraftPacer } from './draftPacer.ts';

/** Adapter: milliseconds to draft `nDrafted` tokens and verify them. */
type Adapter = (nDrafted: number) => number;

/** Deterministic noise in [0, 1). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Simulation {
  readonly adapter: Adapter;
  /** Acceptance of a draft token when the text has `nTokens` tokens. */
  readonly alpha: (nTokens: number) => number;
  readonly nMax: number;
  readonly nTokens: number;
  readonly seed: number;
  readonly noise: number;
}

/** Simulates rounds until the text has `nTokens` tokens. Returns the true milliseconds and the chosen lengths. */
function simulate({ adapter, alpha, nMax, nTokens, seed, noise }: Simulation) {
  const random = randoms(seed);
  const pacer = new DraftPacer();
  const acceptance = new Acceptance(new Acceptance());
  const lengths: number[] = [];
  let ms = 0;
  let n = 0;
  while (n < nTokens) {
    const [nDrafted] = pacer.choose([{ acceptance, nMin: 0, nMax }]);
    lengths.push(nDrafted);
    let nAccepted = 0;
    while (nAccepted < nDrafted && random() < alpha(n)) nAccepted++;
    const cost = adapter(nDrafted);
    // About 2 % of the noisy rounds take five times as long.
    const measured = cost * (1 + noise * (random() - 0.5)) * (noise > 0 && random() < 0.02 ? 5 : 1);
    if (nDrafted > 0) acceptance.record(nDrafted, nAccepted);
    pacer.record({ nSequences: 1, nDrafted, nTokens: nAccepted + 1, ms: measured, isCold: false });
    ms += cost;
    n += nAccepted + 1;
  }
  return { msPerToken: ms / n, lengths };
}

const DRAFT_COSTS = [0, 0.3];
/** Time to verify M rows, relative to one row. */
const VERIFY: [string, (rows: number) => number][] = [
  ['for free', () => 1],
  ['1 + 0.1 (M - 1)', rows => 1 + 0.1 * (rows - 1)],
  ['in tiles of 4', rows => 0.7 + 0.6 * Math.ceil(rows / 4)],
  ['a row each', rows => rows],
];
const ALPHAS = [0, 0.3, 0.6, 0.9];

const GRID = VERIFY.flatMap(([name, verify]) =>
  DRAFT_COSTS.flatMap(c =>
    ALPHAS.flatMap(alpha => [3, 12].map(nMax => [name, c, alpha, nMax, verify] as const)),
  ),
);

function tokensPerRound(alpha: number, nDrafted: number): number {
  return (1 - alpha ** (nDrafted + 1)) / (1 - alpha);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

describe('DraftPacer', { timeout: 60_000 }, () => {
  it.each([0, 0.3])('reaches at least 0.97 of the speed without drafts, with noise %d', noise => {
    const worst = GRID.map(([name, c, alpha, nMax, verify]) => {
      const adapter = (nDrafted: number) => c * nDrafted + verify(nDrafted + 1);
      const ratios = [1, 2].map(seed => {
        const run = { adapter, alpha: () => alpha, nMax, nTokens: 600, seed, noise };
        return adapter(0) / simulate(run).msPerToken;
      });
      return { ratio: Math.min(...ratios), at: `${name}, c ${c}, α ${alpha}, up to ${nMax}` };
    }).reduce((a, b) => (a.ratio < b.ratio ? a : b));
    expect(worst.ratio, worst.at).toBeGreaterThanOrEqual(0.97);
  });

  it.each([
    [0, 0.94],
    [0.3, 0.9],
  ])('with noise %d is at %d of the best fixed length or above', (noise, least) => {
    const worst = GRID.map(([name, c, alpha, nMax, verify]) => {
      const adapter = (nDrafted: number) => c * nDrafted + verify(nDrafted + 1);
      const tried = [1, 2].map(seed =>
        simulate({ adapter, alpha: () => alpha, nMax, nTokens: 1800, seed, noise }),
      );
      const fixed = Array.from(
        { length: nMax + 1 },
        (_, length) => adapter(length) / tokensPerRound(alpha, length),
      );
      return {
        ratio: Math.min(...fixed) / mean(tried.map(({ msPerToken }) => msPerToken)),
        at: `${name}, c ${c}, α ${alpha}, up to ${nMax}`,
      };
    }).reduce((a, b) => (a.ratio < b.ratio ? a : b));
    expect(worst.ratio, worst.at).toBeGreaterThanOrEqual(least);
  });

  it('drafts the longest length first, so that drafting is measured early', () => {
    const { lengths } = simulate({
      adapter: n => 1 + n,
      alpha: () => 0,
      nMax: 6,
      nTokens: 64,
      seed: 1,
      noise: 0,
    });
    expect(lengths[0]).toBe(6);
    expect(lengths.filter(length => length > 0).length).toBeLessThan(4);
  });

  it('notices when a text becomes predictable and when it stops being so', () => {
    const adapter = (nDrafted: number) => 1 + 0.3 * nDrafted;
    const run = { adapter, nMax: 6, nTokens: 1000, seed: 3, noise: 0.2 };
    const later = simulate({ ...run, alpha: n => (n < 400 ? 0 : 0.95) }).lengths;
    expect(mean(later.slice(50, 350))).toBeLessThan(0.2);
    expect(mean(later.slice(-30))).toBeGreaterThan(3);
    const earlier = simulate({ ...run, alpha: n => (n < 400 ? 0.95 : 0) }).lengths;
    expect(mean(earlier.slice(-300))).toBeLessThan(0.2);
  });
});
