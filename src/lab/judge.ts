import { compareWords } from '../conformance/compare.ts';
import type { Words } from '../conformance/contents.ts';
import { bitsOf } from '../conformance/inputs.ts';
import type { Expected } from '../conformance/runCase.ts';
import { type Real, real } from '../report/index.ts';

export interface FirstBad {
  readonly index: number;
  readonly expected: Real;
  readonly actual: Real;
}

/** Distance between a kernel's results and those of its CPU twin. */
export interface Judgement {
  readonly passed: boolean;
  /** For a failure: the values that are off, with their neighbours. */
  readonly message: string;
  readonly nmse: Real;
  readonly maxAbsError: Real;
  readonly maxUlp: Real;
  readonly tolerance: number;
  readonly firstBad: FirstBad | null;
}

export function judge(expected: Expected, actual: Words): Judgement {
  const { values, bound } = expected;
  const { passed, message, nmse } = compareWords(actual, values, bound);
  const isFloat = values instanceof Float32Array && actual instanceof Float32Array;
  let maxAbsError = 0;
  let maxUlp = 0;
  for (let i = 0; i < values.length; i++) {
    maxAbsError = worse(maxAbsError, Math.abs(actual[i] - values[i]));
    maxUlp = worse(maxUlp, isFloat ? ulps(actual[i], values[i]) : Math.abs(actual[i] - values[i]));
  }
  return {
    passed,
    message,
    nmse: real(nmse),
    maxAbsError: real(maxAbsError),
    maxUlp: real(maxUlp),
    tolerance: bound,
    firstBad: passed ? null : firstBad(values, actual, isFloat ? bound : 0),
  };
}

/** Larger one of two values; NaN counts as the largest. */
function worse(a: number, b: number): number {
  return Number.isNaN(a) || a > b ? a : b;
}

/**
 * First of the values whose error exceeds the average that the tolerance allows; there is one whenever the tolerance is exceeded.
 */
function firstBad(values: Words, actual: Words, bound: number): FirstBad | null {
  let power = 0;
  for (const value of values) power += value ** 2;
  const allowed = Math.sqrt((bound * power) / values.length);
  const isRight = (a: number, b: number) =>
    Object.is(a, b) || (bound > 0 && Number.isFinite(a) && Math.abs(a - b) <= allowed);
  for (let index = 0; index < values.length; index++) {
    if (isRight(actual[index], values[index])) continue;
    return { index, expected: real(values[index]), actual: real(actual[index]) };
  }
  return null;
}

/** Distance of two float32 in units in the last place: 0 for equal values, whatever the sign of a zero. */
export function ulps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (!(Number.isFinite(a) && Number.isFinite(b))) return Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(ordinal(a) - ordinal(b));
}

/** Maps each float32 to an integer, preserving their order. */
function ordinal(value: number): number {
  const bits = bitsOf(value);
  return bits >= 0x80000000 ? 0x80000000 - bits : bits;
}
