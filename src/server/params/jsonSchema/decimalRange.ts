import { decimalOf } from './decimal.ts';
import { naturalRange } from './integerRange.ts';

/** Bound of a range. */
export interface End {
  readonly value: number;
  readonly isExclusive: boolean;
}

/** Number of decimal digits that a 64-bit float preserves. */
const MAX_DIGITS = 15;

/** GBNF alternatives of the decimal numbers from `min` to `max` (null: no bound), without exponents. Empty for an empty range. */
export function decimalRange(min: End | null, max: End | null): string[] {
  const alternatives: string[] = [];
  if (min === null || min.value < 0) {
    // Zero is written without a sign.
    const from = max !== null && max.value < 0 ? mirrored(max) : { value: 0, isExclusive: true };
    const range = positiveRange(from, min && mirrored(min));
    if (range.length > 0) alternatives.push(`"-" (${range.join(' | ')})`);
  }
  if (max === null || max.value >= 0) {
    const from = min !== null && min.value >= 0 ? min : { value: 0, isExclusive: false };
    alternatives.push(...positiveRange(from, max));
  }
  return alternatives;
}

function mirrored({ value, isExclusive }: End): End {
  return { value: -value, isExclusive };
}

/** Alternatives of the numbers without a sign. */
function positiveRange(min: End, max: End | null): string[] {
  const low = decimalOf(min.value);
  const high = max && decimalOf(max.value);
  const nWhole = String(high?.whole ?? low.whole).length;
  const places = Math.max(1, low.fraction.length, high?.fraction.length ?? 0, MAX_DIGITS - nWhole);
  const behind = (from: string | null, to: string | null) =>
    fractionText(from, to, {
      isLowExclusive: min.isExclusive,
      isHighExclusive: max?.isExclusive === true,
      places,
    });
  const at = (whole: bigint, fraction: string | null) =>
    fraction === null ? [] : [`"${whole}" ${fraction}`.trim()];
  if (high !== null && low.whole > high.whole) return [];
  if (high !== null && low.whole === high.whole) return at(low.whole, behind(low.fraction, high.fraction));
  const [from, to] = [low.whole + 1n, high === null ? null : high.whole - 1n];
  const between = to !== null && from > to ? [] : [`(${naturalRange(from, to)}) ${behind(null, null)}`];
  const last = high === null ? [] : at(high.whole, behind(null, high.fraction));
  return [...at(low.whole, behind(low.fraction, null)), ...between, ...last];
}

interface FractionEnds {
  readonly isLowExclusive: boolean;
  readonly isHighExclusive: boolean;
  /** Number of digits where the bounds do not restrict them. */
  readonly places: number;
}

/**
 * Continues behind the whole part, between the remaining digits `low` and `high` of the bounds: with a point and digits, or with
 * nothing.
 */
function fractionText(low: string | null, high: string | null, ends: FractionEnds): string | null {
  const digits = moreDigits(low, high, ends);
  const canEnd = canEndAt(low, high, ends);
  if (digits === null) return canEnd ? '' : null;
  return `("." ${digits})${canEnd ? '?' : ''}`;
}

/**
 * True if the number may end here. `low` and `high` are the remaining digits of the bounds; null if the digits so far already
 * satisfy the bound.
 */
function canEndAt(low: string | null, high: string | null, ends: FractionEnds): boolean {
  const isAbove = low === null || (low === '' && !ends.isLowExclusive);
  return isAbove && (high === null || high !== '' || !ends.isHighExclusive);
}

/** Rule of one or more digits; null if no digit can follow. */
function moreDigits(low: string | null, high: string | null, ends: FractionEnds): string | null {
  const { places } = ends;
  if (low === '' && !ends.isLowExclusive) return moreDigits(null, high, ends);
  if (low === null && high === null) return `[0-9]{1,${places}}`;
  if (high === '') return low === null && !ends.isHighExclusive ? `"0"{1,${places}}` : null;
  if (low === '' && high === null) return `"0"{0,${places}} [1-9] [0-9]{0,${places}}`;
  const [first, last] = [Number(low?.[0] ?? 0), Number(high?.[0] ?? 9)];
  const ways: string[] = [];
  const add = (digit: number, lowRest: string | null, highRest: string | null) => {
    const more = moreDigits(lowRest, highRest, ends);
    const canEnd = canEndAt(lowRest, highRest, ends);
    if (more !== null) ways.push(`"${digit}" (${more})${canEnd ? '?' : ''}`);
    else if (canEnd) ways.push(`"${digit}"`);
  };
  const [lowRest, highRest] = [low?.slice(1) ?? null, high?.slice(1) ?? null];
  if (low !== null && high !== null && first === last) add(first, lowRest, highRest);
  else {
    if (low !== null) add(first, lowRest, null);
    const [from, to] = [low === null ? 0 : first + 1, high === null ? 9 : last - 1];
    if (from <= to) ways.push(`[${from}-${to}] [0-9]{0,${places}}`);
    if (high !== null) add(last, null, highRest);
  }
  return ways.length === 0 ? null : `(${ways.join(' | ')})`;
}
