import { literal } from '../../params/jsonSchema/notation.ts';
import type { RuleSet } from '../../params/jsonSchema/ruleSet.ts';

/**
 * Adds the rule of any text up to and including the first `mark`; returns the rule's name. There is one rule for each number of
 * mark characters that the text ends with.
 */
export function untilMark(mark: string, rules: RuleSet): string {
  const chars = [...mark];
  const base = `until-${[...mark].map(char => char.codePointAt(0)?.toString(16)).join('')}`;
  const rule = (n: number) => `${base}-${n}`;
  for (let n = chars.length - 1; n >= 0; n--) {
    const known = [...new Set(chars)].map(char => ({ char, next: matchedBehind(chars, n, char) }));
    const others = `[^${chars.map(escaped).join('')}] ${rule(0)}`;
    const ways = known.map(({ char, next }) =>
      next === chars.length ? literal(char) : `${literal(char)} ${rule(next)}`,
    );
    rules.add(rule(n), [...ways, others].join(' | '));
  }
  return rule(0);
}

/** Number of mark characters at the end of the text after `char`, if it was `n` before. */
function matchedBehind(mark: readonly string[], n: number, char: string): number {
  const text = [...mark.slice(0, n), char];
  for (let length = text.length; length > 0; length--) {
    if (text.slice(-length).every((each, i) => each === mark[i])) return length;
  }
  return 0;
}

/** Escapes a character inside a class. */
function escaped(char: string): string {
  if (char === '\n') return '\\n';
  return /[[\]\\-]/.test(char) ? `\\${char}` : char;
}
