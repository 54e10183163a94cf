import { decimalOf, greatestCommonDivisor, leastCommonMultiple, scaled } from './decimal.ts';
import { integerRange } from './integerRange.ts';
import { explore, machineBody } from './machine.ts';
import { highest, lowest, type NumberLimits, ranges } from './numberLimits.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Refuse } from './textRule.ts';

const MAX_STATES = 3_000;
/** Largest multiple without a bound: a longer number could be rounded to another one. */
const MOST = 10n ** 15n - 1n;

/** Rule of whole multiples. Multiples of ten end with zeros; the others are found by long division, digit by digit. */
export function multiplesBody(
  limits: NumberLimits,
  name: string,
  rules: RuleSet,
  refuse: Refuse,
): string | null {
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

  /** Multiples of the step from `low` (at least 1) to `high`. */
  function naturals(low: bigint, high: bigint): string[] {
    if (low > high) return [];
    const body = step === 1n ? `(${integerRange(low, high)})` : remainderBody(step, low, high, name, rules);
    if (body !== null) return body === '' ? [] : [body];
    for (const constraint of multiples) refuse(constraint, `of ${constraint.of} needs too large a grammar`);
    return [`(${integerRange(low, high)})`];
  }
}

/** Smallest whole number that is a multiple of all `multiples`. */
function wholeStep(multiples: readonly { readonly of: number }[]): bigint {
  return multiples
    .map(({ of }) => {
      const decimal = decimalOf(of);
      const unit = 10n ** BigInt(decimal.fraction.length);
      const step = scaled(decimal, decimal.fraction.length);
      return step / greatestCommonDivisor(step, unit);
    })
    .reduce(leastCommonMultiple, 1n);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/**
 * Rule of the multiples of `step` from `low` to `high`, digit by digit; '' if there are none, null if there are too many states.
 */
function remainderBody(step: bigint, low: bigint, high: bigint, name: string, rules: RuleSet): string | null {
  if (step > BigInt(MAX_STATES)) return null;
  const divisor = Number(step);
  const [lowText, highText] = [String(low), String(high)];
  interface Digits {
    readonly n: number;
    readonly rest: number;
    /** Sign of the comparison with the bound's leading digits. */
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
      arcsOf: ({ n, rest, toLow, toHigh }) => {
        if (n >= highText.length) return [];
        const digits = n === 0 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        return digits.map(digit => ({
          label: `"${digit}"`,
          to: {
            n: n + 1,
            rest: (rest * 10 + digit) % divisor,
            toLow: toLow || Math.sign(digit - Number(lowText[n] ?? digit)),
            toHigh: toHigh || Math.sign(digit - Number(highText[n] ?? digit)),
          },
        }));
      },
    },
    MAX_STATES,
  );
  if (machine === null) return null;
  return machine.states.length === 0
    ? ''
    : machineBody(machine, digit => digit, `${name || 'number'}-digits`, rules);
}
