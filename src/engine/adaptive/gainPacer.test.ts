import { describe, expect, it } from 'vitest';
import { GainPacer } from './gainPacer.ts';

/** Numbers in [0, 1), the same for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Run {
  /** Time of a round with a draft of that length. */
  readonly verify: (nDrafted: number) => number;
  /** Factor by which a round takes longer that is not submitted ahead. */
  readonly latency: number;
  /** Probability that a drafted token is right, and what the source believes. */
  readonly alpha: (nTokens: number) => number;
  readonly believed?: (nTokens: number) => number;
  readonly nMax: number;
  readonly seed: number;
  readonly noise: number;
}

const N_TOKENS = 1500;

/** Generates `N_TOKENS` tokens; returns the speed relative to steps ahead without drafts, and the lengths of the drafts. */
function simulate({ verify, latency, alpha, believed = alpha, nMax, seed, noise }: Run) {
  const random = randomFrom(seed);
  const pacer = new GainPacer();
  const lengths: number[] = [];
  let ms = 0;
  let n = 0;
  let isAhead = false;
  while (n < N_TOKENS) {
    const chances = Array.from({ length: nMax + 1 }, (_, i) => believed(n) ** (i + 1));
    const nDrafted: number = isAhead ? 0 : pacer.choose([chances.slice(0, nMax)])[0];
    let nAccepted = 0;
    while (nAccepted < nDrafted && random() < alpha(n)) nAccepted++;
    const cost = verify(nDrafted) + (isAhead ? 0 : latency);
    const isPlain: boolean = nDrafted === 0;
    const waited = isPlain && !isAhead;
    isAhead = isPlain && !pacer.waits([chances], 1);
    // About 2 % of the noisy rounds take five times as long.
    const measured = cost * (1 + noise * (random() - 0.5)) * (noise > 0 && random() < 0.02 ? 5 : 1);
    pacer.record({ nSequences: 1, nDrafted, nTokens: nAccepted + 1, ms: measured, waited });
    lengths.push(nDrafted);
    ms += cost;
    n += nAccepted + 1;
  }
  return { speed: (n * verify(0)) / ms, lengths };
}

/** Time to verify a draft, relative to a round without one. */
const VERIFY: [string, (nDrafted: number) => number][] = [
  ['for free', () => 1],
  ['a twentieth each', n => 1 + 0.05 * n],
  ['in tiles of 4', n => 0.4 + 0.6 * Math.ceil((n + 1) / 4)],
  ['a row each', n => n + 1],
];
const GRID = VERIFY.flatMap(([name, verify]) =>
  [0, 0.08, 0.5].flatMap(latency =>
    [0, 0.3, 0.6, 0.9, 0.98].flatMap(alpha =>
      [4, 48].map(nMax => {
        return { at: `${name}, latency ${latency}, α ${alpha}, up to ${nMax}`, verify, latency, alpha, nMax };
      }),
    ),
  ),
);

describe('GainPacer', { timeout: 60_000 }, () => {
  it.each<[string, number, number, (alpha: number) => number]>([
    ['well', 0, 0.97, alpha => alpha],
    ['well, with noise', 0.4, 0.97, alpha => alpha],
    ['too highly', 0, 0.97, alpha => Math.min(1, alpha + 0.4)],
    ['too highly, with noise', 0.4, 0.93, alpha => Math.min(1, alpha + 0.4)],
  ])(
    'keeps the speed without drafts where the source thinks %s of its drafts, noise %d: at least %d',
    (_, noise, least, belief) => {
      const worst = GRID.map(({ at, alpha, ...run }) => {
        const options = { ...run, alpha: () => alpha, believed: () => belief(alpha), noise };
        return { at, speed: Math.min(...[1, 2].map(seed => simulate({ ...options, seed }).speed)) };
      }).reduce((a, b) => (a.speed < b.speed ? a : b));
      expect(worst.speed, worst.at).toBeGreaterThanOrEqual(least);
    },
  );

  it.each([
    [0, 0.8],
    [0.4, 0.65],
  ])('with noise %d is at %d of the best fixed length or above', (noise, least) => {
    const worst = GRID.map(({ at, alpha, verify, latency, nMax }) => {
      const fixed = Array.from({ length: nMax }, (_, i) => {
        const nTokens = (1 - alpha ** (i + 2)) / (1 - alpha);
        return (nTokens * verify(0)) / (verify(i + 1) + latency);
      });
      const run = { verify, latency, alpha: () => alpha, nMax, noise };
      const mean = (simulate({ ...run, seed: 1 }).speed + simulate({ ...run, seed: 2 }).speed) / 2;
      return { at, ratio: mean / Math.max(1, ...fixed) };
    }).reduce((a, b) => (a.ratio < b.ratio ? a : b));
    expect(worst.ratio, worst.at).toBeGreaterThanOrEqual(least);
  });

  it('gives the rows to the likeliest tokens of all sequences', () => {
    const pacer = new GainPacer();
    for (let i = 0; i < 3; i++) {
      pacer.record({ nSequences: 2, nDrafted: 0, nTokens: 2, ms: 10, waited: false });
    }
    for (let nDrafted = 1; nDrafted < 9; nDrafted++) {
      pacer.record({
        nSequences: 2,
        nDrafted,
        nTokens: 2 + nDrafted,
        ms: 10 + 2.5 * nDrafted,
        waited: false,
      });
    }
    const sure = [0.99, 0.98, 0.97, 0.96];
    const doubtful = [0.95, 0.4, 0.1, 0.05];
    const [a, b] = pacer.choose([doubtful, sure]);
    expect([a, b]).toEqual([1, 4]);
  });

  it('begins to draft when a text becomes predictable, and stops when it is no longer', () => {
    const run = { verify: (n: number) => 1 + 0.1 * n, latency: 0.1, nMax: 16, noise: 0.2, seed: 3 };
    const mean = (values: readonly number[]) => values.reduce((total, n) => total + n, 0) / values.length;
    const later = simulate({ ...run, alpha: n => (n < 700 ? 0 : 0.95) }).lengths;
    expect(mean(later.slice(0, 650))).toBeLessThan(0.1);
    expect(mean(later.slice(-30))).toBeGreaterThan(3);
    const earlier = simulate({ ...run, alpha: n => (n < 700 ? 0.95 : 0) }).lengths;
    expect(mean(earlier.slice(-300))).toBeLessThan(0.1);
  });
});
