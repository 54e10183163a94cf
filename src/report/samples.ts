import { assert } from '../util/assert.ts';
import type { Measurement } from './schema/parts.ts';

/** Spread above which samples are flagged as noisy: their median means little. */
export const NOISY_SPREAD = 0.25;

/** Better direction of a figure: lower for times, higher for rates. */
export type Better = 'lower' | 'higher';

/** Turns samples into a measurement; the only place that computes median, spread and the noise flag. */
export function measured(samples: readonly number[]): Extract<Measurement, { status: 'success' }> {
  assert(samples.length > 0, 'a measurement without samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const spread = (sorted[sorted.length - 1] - sorted[0]) / median;
  return { status: 'success', samples: [...samples], median, spread, noisy: spread > NOISY_SPREAD };
}

/** Lowest and highest sample. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Range of the samples, without the worst of five or more: other load makes single repetitions slower, hardly ever faster. */
export function rangeOf(samples: readonly number[], better: Better): Range {
  const sorted = [...samples].sort((a, b) => (better === 'lower' ? a - b : b - a));
  const kept = sorted.length >= 5 ? sorted.slice(0, -1) : sorted;
  const ends = [kept[0], kept[kept.length - 1]];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

export type Verdict = 'faster' | 'slower' | 'noise';

/**
 * Compares `samples` with those of the reference. Overlapping ranges are noise. Two sets of five samples of the same thing are
 * mistaken for different in one of 21 cases.
 */
export function verdictOn(samples: readonly number[], reference: readonly number[], better: Better): Verdict {
  const a = rangeOf(samples, better);
  const b = rangeOf(reference, better);
  if (a.low <= b.high && b.low <= a.high) return 'noise';
  return a.low > b.high === (better === 'higher') ? 'faster' : 'slower';
}
