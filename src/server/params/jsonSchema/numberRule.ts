import { decimalRange } from './decimalRange.ts';
import { integerRange } from './integerRange.ts';
import { multiplesBody } from './multiples.ts';
import { jsonLiteral } from './notation.ts';
import { highest, listNumbers, lowest, type NumberLimits, ranges } from './numberLimits.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Refuse } from './textRule.ts';

/** Digits on either side of the point that keep a fraction from being rounded to an integer. */
const FRACTION_DIGITS = 7;
const FRACTIONS = `"-"? ("0" | [1-9] [0-9]{0,${FRACTION_DIGITS}}) "." [0-9]{0,${FRACTION_DIGITS}} [1-9]`;

/** GBNF of the numbers that fit; null if there are none. */
export function numberBody(
  limits: NumberLimits,
  name: string,
  rules: RuleSet,
  refuse: Refuse,
): string | null {
  for (const constraint of limits.unsaid) refuse(constraint, 'cannot be said here');
  const { multiples, isInteger, isFraction } = limits;
  if (multiples.length > 0) {
    const listed = listNumbers(limits);
    if (listed !== null) return listed.length === 0 ? null : listed.map(jsonLiteral).join(' | ');
    if (!isFraction) return multiplesBody(limits, name, rules, refuse);
    for (const constraint of multiples)
      refuse(constraint, `of ${constraint.of} needs bounds close to each other`);
  }
  const alternatives = !isInteger
    ? [FRACTIONS]
    : ranges(limits).flatMap(({ min, max }) =>
        isFraction ? decimalRange(min, max) : integerRange(lowest(min), highest(max)),
      );
  return alternatives.length === 0 ? null : alternatives.join(' | ');
}
