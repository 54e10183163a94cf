/** Decimal digits of a finite number, without rounding. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly whole: bigint;
  /** Digits behind the point, without trailing zeros. */
  readonly fraction: string;
}

/** Digits that JavaScript, and therefore JSON, prints for a number, with any exponent expanded. */
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

/** Converts to steps of 10^-`places`; `places` must cover all digits. */
export function scaled({ isNegative, whole, fraction }: Decimal, places: number): bigint {
  const steps = BigInt(`${whole}${fraction.padEnd(places, '0')}`);
  return isNegative ? -steps : steps;
}

/** Converts `steps` of 10^-`places` to a number. */
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
