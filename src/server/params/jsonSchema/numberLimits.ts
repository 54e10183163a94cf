import { decimalOf, leastCommonMultiple, scaled, unscaled } from './decimal.ts';
import type { End } from './decimalRange.ts';
import type { Constraint } from './formula.ts';

/** Merged constraints of a number. */
export interface NumberLimits {
  readonly isInteger: boolean;
  readonly isFraction: boolean;
  readonly min: End | null;
  readonly max: End | null;
  readonly multiples: readonly (Constraint & { readonly kind: 'multiple' })[];
  readonly excluded: readonly number[];
  /** Constraints that a grammar cannot express. */
  readonly unsaid: readonly Constraint[];
}

/** Range between excluded numbers; null for no bound. */
export interface Range {
  readonly min: End | null;
  readonly max: End | null;
}

/** Bounds beyond this are ignored: no number in a grammar has so many digits. */
const HUGE = 2 ** 63;
/** Limit of numbers that are listed one by one. */
const MAX_LISTED = 400;

/** Merges the constraints of numbers: integers, fractions or both. */
export function numberLimits(
  constraints: readonly Constraint[],
  isInteger: boolean,
  isFraction: boolean,
): NumberLimits {
  const endOf = (side: 'min' | 'max'): End | null => {
    const ends = constraints.flatMap(each => (each.kind === 'bound' && each.side === side ? each : []));
    const values = ends.map(({ value }) => value);
    const value = side === 'min' ? Math.max(...values) : Math.min(...values);
    if (!Number.isFinite(value) || (side === 'min' ? value <= -HUGE : value >= HUGE)) return null;
    return { value, isExclusive: ends.some(end => end.value === value && end.isExclusive) };
  };
  const multiples = constraints.flatMap(each => (each.kind === 'multiple' ? each : []));
  const opposites = constraints.flatMap(each => (each.kind === 'not' ? each.constraint : []));
  return {
    isInteger,
    isFraction: isFraction && !multiples.some(({ of }) => Number.isInteger(of)),
    min: endOf('min'),
    max: endOf('max'),
    multiples,
    excluded: opposites.flatMap(each =>
      each.kind === 'values' ? each.values.filter(value => typeof value === 'number') : [],
    ),
    unsaid: [
      ...opposites.filter(each => each.kind === 'multiple'),
      // The rule of fractions is built on their last digit and leaves no room for other constraints.
      ...(isInteger ? [] : constraints.filter(speaksOfFractions)),
    ],
  };
}

function speaksOfFractions(constraint: Constraint): boolean {
  if (constraint.kind === 'bound') return true;
  if (constraint.kind !== 'not' || constraint.constraint.kind !== 'values') return false;
  return constraint.constraint.values.some(value => typeof value === 'number' && !Number.isInteger(value));
}

/** True if it is certain that no number fits. */
export function isVoidNumber(limits: NumberLimits): boolean {
  const listed = listNumbers(limits);
  return listed !== null ? listed.length === 0 : ranges(limits).length === 0;
}

/** Ranges between the excluded numbers, without empty ones. */
export function ranges({ min, max, excluded, isFraction }: NumberLimits): Range[] {
  const cuts = [...new Set(excluded)].sort((a, b) => a - b).map(value => ({ value, isExclusive: true }));
  const within = cuts.filter(
    ({ value }) => (min === null || value >= min.value) && (max === null || value <= max.value),
  );
  const ends = [min, ...within.flatMap(cut => [cut, cut]), max];
  const all: Range[] = [];
  for (let i = 0; i < ends.length; i += 2) all.push({ min: ends[i] ?? null, max: ends[i + 1] ?? null });
  return all.filter(range => {
    if (range.min === null || range.max === null) return true;
    if (!isFraction) return (lowest(range.min) ?? 0n) <= (highest(range.max) ?? 0n);
    const isOne = range.min.value === range.max.value && !range.min.isExclusive && !range.max.isExclusive;
    return range.min.value < range.max.value || isOne;
  });
}

/** Smallest integer of a range. */
export function lowest(min: End | null): bigint | null {
  if (min === null) return null;
  return BigInt(Math.ceil(min.value)) + (min.isExclusive && Number.isInteger(min.value) ? 1n : 0n);
}

/** Largest integer of a range. */
export function highest(max: End | null): bigint | null {
  if (max === null) return null;
  return BigInt(Math.floor(max.value)) - (max.isExclusive && Number.isInteger(max.value) ? 1n : 0n);
}

/** Lists all numbers that fit if there are few; null otherwise. */
export function listNumbers(limits: NumberLimits): number[] | null {
  const { min, max, multiples, excluded, isInteger, isFraction } = limits;
  if (min === null || max === null) return null;
  const steps = multiples.map(({ of }) => decimalOf(of));
  if (!isFraction) steps.push(decimalOf(1));
  if (steps.length === 0) return null;
  const ends = [decimalOf(min.value), decimalOf(max.value)];
  const places = Math.max(...[...steps, ...ends].map(({ fraction }) => fraction.length));
  const step = steps.map(each => scaled(each, places)).reduce(leastCommonMultiple);
  const [low, high] = ends.map(each => scaled(each, places));
  const first = low / step - 1n;
  if ((high - low) / step > MAX_LISTED) return null;
  const found: number[] = [];
  for (let n = first; n * step <= high; n++) {
    const value = unscaled(n * step, places);
    const isIn =
      (min.isExclusive ? value > min.value : value >= min.value) &&
      (max.isExclusive ? value < max.value : value <= max.value);
    // Validators divide floats, so multiples that they would reject are left out.
    const isMultiple = multiples.every(({ of }) => Number.isInteger(value / of));
    if (
      isIn &&
      isMultiple &&
      !excluded.includes(value) &&
      (Number.isInteger(value) ? isInteger : isFraction)
    ) {
      found.push(value);
    }
  }
  return found;
}
