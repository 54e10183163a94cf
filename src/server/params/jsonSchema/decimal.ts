/** A finite number as its digits: no rounding. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly whole: bigint;
  /** Digits behind the point, without zeros at the end. */
  readonly fraction: string;
}

/** The digits that JavaScript, and so JSON, writes for a number, without an exponent. */
export function decimalOf(value: number): Decimal {
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const digits =
    shift < 0 ? `${'0'.repeat(-shift)}${whole}${fraction}` : `${whole}${fraction.padEnd(shift, '0')}`;
  const nFraction = Math.max(0, fraction.length - shift);
  const split = digits.length - nFraction;
  return {
    isNegative: value < 0,
    whole: BigInt(digits.slice(0, split) || '0'),
    fraction: digits.slice(split).replace(/0+$/, ''),
  };
}

/** The number in steps of 10^-`places`; `places` has to be enough for its digits. */
export function scaled({ isNegative, whole, fraction }: Decimal, places: number): bigint {
  const steps = BigInt(`${whole}${fraction.padEnd(places, '0')}`);
  return isNegative ? -steps : steps;
}

/** The number that is so many steps of 10^-`places`. */
export function unscaled(steps: bigint, places: number): number {
  const digits = String(steps < 0n ? -steps : steps).padStart(places + 1, '0');
  const split = digits.length - places;
  const value = Number(`${digits.slice(0, split)}.${digits.slice(split)}`);
  return steps < 0n ? -value : value;
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b;
}
