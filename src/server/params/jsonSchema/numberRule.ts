import { type Decimal, decimalOf, scaled } from './decimal.ts';
import { decimalRange, type End } from './decimalRange.ts';
import type { Constraint } from './formula.ts';
import { integerRange } from './integerRange.ts';
import { explore, machineBody } from './machine.ts';
import { jsonLiteral } from './notation.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Refuse } from './textRule.ts';

/** What a number has to be. */
export interface NumberLimits {
  readonly isInteger: boolean;
  readonly isFraction: boolean;
  readonly min: End | null;
  readonly max: End | null;
  readonly multiples: readonly (Constraint & { readonly kind: 'multiple' })[];
  readonly excluded: readonly number[];
  readonly bounds: readonly Constraint[];
  /** What must not hold, and a grammar cannot say. */
  readonly unsaid: readonly Constraint[];
}

/** Beyond these a bound is none: no number of a grammar has so many digits. */
const HUGE = 2 ** 63;
/** Numbers listed one by one. */
const MAX_LISTED = 400;
const MAX_STATES = 3_000;
/** The largest multiple where no bound says it: a longer one could be rounded to another number. */
const MOST = 10n ** 15n - 1n;
/** Digits of a number with a fraction that must not be rounded to a whole one, on either side of the point. */
const FRACTION_DIGITS = 7;

/** Merges what `constraints` say of numbers that are whole, or not, or either. */
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
    bounds: constraints.filter(each => each.kind === 'bound'),
    excluded: opposites.flatMap(each =>
      each.kind === 'values' ? each.values.filter(value => typeof value === 'number') : [],
    ),
    unsaid: opposites.filter(each => each.kind === 'multiple'),
  };
}

/** Whether no number fits, as far as that is known. */
export function isVoidNumber(limits: NumberLimits): boolean {
  const listed = listNumbers(limits);
  return listed !== null ? listed.length === 0 : ranges(limits).length === 0;
}

/** GBNF of the numbers that fit; null when there are none. */
export function numberBody(
  limits: NumberLimits,
  name: string,
  rules: RuleSet,
  refuse: Refuse,
): string | null {
  for (const constraint of limits.unsaid) refuse(constraint, 'has no opposite that a grammar can say');
  const { multiples, isInteger, isFraction } = limits;
  if (multiples.length > 0) {
    const listed = listNumbers(limits);
    if (listed !== null) return listed.length === 0 ? null : listed.map(jsonLiteral).join(' | ');
    if (!isFraction) return multiplesBody(limits, name, rules, refuse);
    for (const constraint of multiples)
      refuse(constraint, `of ${constraint.of} needs bounds close to each other`);
  }
  const alternatives = !isInteger
    ? fractionsBody(limits, refuse)
    : ranges(limits).flatMap(({ min, max }) =>
        isFraction ? decimalRange(min, max) : integerRange(lowest(min), highest(max)),
      );
  return alternatives.length === 0 ? null : alternatives.join(' | ');
}

interface Range {
  readonly min: End | null;
  readonly max: End | null;
}

/** The ranges between the excluded numbers that have a number at all. */
function ranges({ min, max, excluded, isFraction }: NumberLimits): Range[] {
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

/** The first whole number of a range. */
function lowest(min: End | null): bigint | null {
  if (min === null) return null;
  return BigInt(Math.ceil(min.value)) + (min.isExclusive && Number.isInteger(min.value) ? 1n : 0n);
}

function highest(max: End | null): bigint | null {
  if (max === null) return null;
  return BigInt(Math.floor(max.value)) - (max.isExclusive && Number.isInteger(max.value) ? 1n : 0n);
}

/** Numbers that are not whole: with a digit other than 0 behind the point. */
function fractionsBody({ bounds, excluded }: NumberLimits, refuse: Refuse): string[] {
  for (const constraint of bounds) refuse(constraint, 'has no grammar for numbers that are not whole');
  if (excluded.length > 0) return [];
  return [`"-"? ("0" | [1-9] [0-9]{0,${FRACTION_DIGITS}}) "." [0-9]{0,${FRACTION_DIGITS}} [1-9]`];
}

/** All numbers that fit, when they are few; null otherwise. */
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
    // A validator divides floats: what it would not take either is left out.
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

function unscaled(steps: bigint, places: number): number {
  const digits = String(steps < 0n ? -steps : steps).padStart(places + 1, '0');
  const split = digits.length - places;
  const value = Number(`${digits.slice(0, split)}.${digits.slice(split)}`);
  return steps < 0n ? -value : value;
}

/** The one whole number that whole multiples of all are multiples of. */
function wholeStep(multiples: readonly { readonly of: number }[]): bigint {
  return multiples
    .map(({ of }) => {
      const decimal: Decimal = decimalOf(of);
      const unit = 10n ** BigInt(decimal.fraction.length);
      const step = scaled(decimal, decimal.fraction.length);
      return step / greatestCommonDivisor(step, unit);
    })
    .reduce(leastCommonMultiple, 1n);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b;
}

/** Whole multiples: those of ten end with zeros, others are told by what is left of a division, digit by digit. */
function multiplesBody(limits: NumberLimits, name: string, rules: RuleSet, refuse: Refuse): string | null {
  const { multiples } = limits;
  let step = wholeStep(multiples);
  let zeros = '';
  for (; step % 10n === 0n; step /= 10n) zeros += '0';
  const unit = BigInt(`1${zeros}`);
  const ways = ranges(limits).flatMap(range => {
    const low = -floorDivide(-(lowest(range.min) ?? -MOST), unit);
    const high = floorDivide(highest(range.max) ?? MOST, unit);
    if (low > high) return [];
    if (step === 1n && zeros === '') return integerRange(low, high);
    const positive = naturals(low > 0n ? low : 1n, high);
    const negative = naturals(high < 0n ? -high : 1n, -low);
    return [
      ...(low <= 0n && high >= 0n ? ['"0"'] : []),
      ...positive.map(body => `${body} "${zeros}"`),
      ...negative.map(body => `"-" ${body} "${zeros}"`),
    ];
  });
  return ways.length === 0 ? null : ways.join(' | ');

  /** Multiples of the step from `low`, at least 1, to `high`. */
  function naturals(low: bigint, high: bigint): string[] {
    if (low > high) return [];
    const body = step === 1n ? `(${integerRange(low, high)})` : remainderBody(step, low, high, name, rules);
    if (body !== null) return body === '' ? [] : [body];
    for (const constraint of multiples) refuse(constraint, `of ${constraint.of} needs too large a grammar`);
    return [`(${integerRange(low, high)})`];
  }
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Multiples of `step` from `low` to `high`, digit by digit; '' when there are none, null when that takes too many states. */
function remainderBody(step: bigint, low: bigint, high: bigint, name: string, rules: RuleSet): string | null {
  if (step > BigInt(MAX_STATES)) return null;
  const divisor = Number(step);
  const [lowText, highText] = [String(low), String(high)];
  interface Digits {
    readonly n: number;
    readonly rest: number;
    /** How the digits compare with as many of the bound's. */
    readonly toLow: number;
    readonly toHigh: number;
  }
  const machine = explore<string, Digits>(
    { n: 0, rest: 0, toLow: 0, toHigh: 0 },
    {
      keyOf: ({ n, rest, toLow, toHigh }) => `${n},${rest},${toLow},${toHigh}`,
      isFinal: ({ n, rest, toLow, toHigh }) =>
        n > 0 &&
        rest === 0 &&
        (n > lowText.length || (n === lowText.length && toLow >= 0)) &&
        (n < highText.length || toHigh <= 0),
      arcsOf: ({ n, rest, toLow, toHigh }) =>
        n >= highText.length
          ? []
          : Array.from({ length: n === 0 ? 9 : 10 }, (_, i) => (n === 0 ? i + 1 : i)).map(digit => ({
              label: `"${digit}"`,
              to: {
                n: n + 1,
                rest: (rest * 10 + digit) % divisor,
                toLow: toLow || Math.sign(digit - Number(lowText[n] ?? digit)),
                toHigh: toHigh || Math.sign(digit - Number(highText[n] ?? digit)),
              },
            })),
    },
    MAX_STATES,
  );
  if (machine === null) return null;
  return machine.states.length === 0
    ? ''
    : machineBody(machine, digit => digit, `${name || 'number'}-digits`, rules);
}
