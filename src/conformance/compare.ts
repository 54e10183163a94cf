import type { Words } from './contents.ts';

/** Result of a comparison. */
export interface Comparison {
  readonly passed: boolean;
  /** Normalised mean squared error: Σ(actual − expected)² / Σ expected²; 0 or Infinity for exact comparisons. */
  readonly nmse: number;
  /** For a failure: the values that differ, as a table with their neighbours. */
  readonly message: string;
}

/** Compares floats by NMSE if there is a bound; otherwise compares value by value. */
export function compareWords(actual: Words, expected: Words, bound: number): Comparison {
  if (bound === 0 || !(actual instanceof Float32Array && expected instanceof Float32Array)) {
    return compareExact(actual, expected);
  }
  return compareNmse(actual, expected, bound);
}

/** Compares by NMSE, like ggml's test-backend-ops; every value has to be finite. */
export function compareNmse(actual: Float32Array, expected: Float32Array, bound: number): Comparison {
  if (actual.length !== expected.length) return lengthMismatch(actual, expected);
  let error = 0;
  let power = 0;
  let finite = true;
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i] - expected[i]) ** 2;
    power += expected[i] ** 2;
    finite &&= Number.isFinite(actual[i]);
  }
  const nmse = error === 0 ? 0 : error / power;
  if (finite && nmse <= bound) return { passed: true, nmse, message: '' };
  const scale = Math.sqrt(power / expected.length);
  const worst = worstIndex(actual, expected);
  const tolerance = Math.max(Math.sqrt(bound) * scale, Number.MIN_VALUE);
  const wrong = countWhere(expected.length, i => !(Math.abs(actual[i] - expected[i]) <= tolerance));
  return {
    passed: false,
    nmse,
    message: `NMSE ${nmse.toExponential(2)} > ${bound.toExponential(0)}; ${wrong} of ${expected.length} values are off\n${around(worst, actual, expected)}`,
  };
}

/** Compares value by value. */
export function compareExact(actual: ArrayLike<number>, expected: ArrayLike<number>): Comparison {
  if (actual.length !== expected.length) return lengthMismatch(actual, expected);
  const first = Array.from(expected).findIndex((value, i) => !Object.is(value, actual[i]));
  if (first < 0) return { passed: true, nmse: 0, message: '' };
  const wrong = countWhere(expected.length, i => !Object.is(actual[i], expected[i]));
  return {
    passed: false,
    nmse: Number.POSITIVE_INFINITY,
    message: `${wrong} of ${expected.length} values differ\n${around(first, actual, expected)}`,
  };
}

/** First line of a message, without the table of values around the worst one. */
export function firstLine(message: string): string {
  return message.split('\n', 1)[0];
}

function lengthMismatch(actual: ArrayLike<number>, expected: ArrayLike<number>): Comparison {
  const message = `${actual.length} values instead of ${expected.length}`;
  return { passed: false, nmse: Number.POSITIVE_INFINITY, message };
}

function countWhere(length: number, holds: (i: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (holds(i)) count++;
  return count;
}

function worstIndex(actual: Float32Array, expected: Float32Array): number {
  let worst = 0;
  let largest = -1;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= largest)) {
      largest = difference;
      worst = i;
    }
  }
  return worst;
}

/** Rows of index, actual and expected for the values around `index`. */
function around(index: number, actual: ArrayLike<number>, expected: ArrayLike<number>): string {
  const from = Math.max(0, index - 2);
  const columns = Array.from({ length: Math.min(expected.length, index + 3) - from }, (_, i) => from + i);
  const row = (name: string, cell: (i: number) => string) =>
    `${name.padEnd(9)}${columns.map(i => cell(i).padStart(14)).join('')}`;
  return [
    row('index', i => (i === index ? `>${i}` : String(i))),
    row('actual', i => String(Number(actual[i]).toPrecision(7))),
    row('expected', i => String(Number(expected[i]).toPrecision(7))),
  ].join('\n');
}
