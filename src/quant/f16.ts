/**
 * Binary float of less than 32 bits: sign, exponent, mantissa. IEEE 754 binary16 and bfloat16 (truncated binary32) differ only in
 * these widths, so one pair of conversions serves both.
 */
interface SmallFloat {
  readonly mantissaBits: number;
  /** Exponent of the smallest normal number; subnormals share it. */
  readonly minExponent: number;
  /** Bit pattern of +Infinity: every exponent bit set. */
  readonly infinity: number;
}

const BINARY16: SmallFloat = { mantissaBits: 10, minExponent: -14, infinity: 0x7c00 };
const BFLOAT16: SmallFloat = { mantissaBits: 7, minExponent: -126, infinity: 0x7f80 };

const SIGN_BIT = 0x8000;

/** Value of the IEEE 754 half with these 16 bits; exact. */
export function halfToFloat(bits: number): number {
  return decode(bits, BINARY16);
}

/** Bits of the half nearest to `value` taken as a float32, ties to even; NaN becomes the quiet NaN 0x7e00. */
export function floatToHalf(value: number): number {
  return encode(value, BINARY16);
}

/** Value of the bfloat16 with these 16 bits; exact. */
export function bfloat16ToFloat(bits: number): number {
  return decode(bits, BFLOAT16);
}

/** Bits of the bfloat16 nearest to `value` taken as a float32, ties to even; NaN becomes the quiet NaN 0x7fc0. */
export function floatToBfloat16(value: number): number {
  return encode(value, BFLOAT16);
}

function decode(bits: number, { mantissaBits, minExponent, infinity }: SmallFloat): number {
  const sign = bits & SIGN_BIT ? -1 : 1;
  const magnitude = bits & ~SIGN_BIT & 0xffff;
  if (magnitude > infinity) return Number.NaN;
  if (magnitude === infinity) return sign * Number.POSITIVE_INFINITY;
  const exponent = magnitude >> mantissaBits;
  const mantissa = magnitude & ((1 << mantissaBits) - 1);
  if (exponent === 0) return sign * mantissa * 2 ** (minExponent - mantissaBits);
  return sign * (mantissa + (1 << mantissaBits)) * 2 ** (exponent - 1 + minExponent - mantissaBits);
}

function encode(value: number, { mantissaBits, minExponent, infinity }: SmallFloat): number {
  const float = Math.fround(value);
  if (Number.isNaN(float)) return infinity | (1 << (mantissaBits - 1));
  const sign = float < 0 || Object.is(float, -0) ? SIGN_BIT : 0;
  const magnitude = Math.abs(float);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | infinity;

  // The floor is exact in double precision: log2 of a float32 is far enough from the next integer.
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), minExponent);
  const units = roundHalfToEven(magnitude / 2 ** (exponent - mantissaBits));
  // `units` still contains the leading 1 of a normal number, which adds 1 to the exponent field; a subnormal has none. A mantissa
  // that rounds up to the next power of two carries into the exponent correctly.
  const bits = ((exponent - minExponent) << mantissaBits) + units;
  return sign | Math.min(bits, infinity);
}

/** Integer nearest to a non-negative value. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
