import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { assertNever } from '../../../util/assert.ts';
import { jsonChar, jsonText } from './charClasses.ts';
import { repeated } from './notation.ts';
import { lengthOf, type Regex } from './regex.ts';
import type { RuleSet } from './ruleSet.ts';

/** Length from which a character class gets a rule of its own. */
const LONG_CLASS = 100;

/**
 * GBNF of an expression's texts inside a JSON string. Null if GBNF cannot express it: a repetition of a part that may be empty,
 * an empty character class, or an anchor.
 */
export function regexBody(regex: Regex, rules: RuleSet): string | null {
  switch (regex.kind) {
    case 'chars':
      return charBody(regex.ranges, rules);
    case 'sequence': {
      const parts = withTexts(regex.parts).map(part =>
        typeof part === 'string' ? jsonText(part) : regexBody(part, rules),
      );
      if (!parts.every(part => part !== null)) return null;
      return parts.join(' ') || '""';
    }
    case 'choice': {
      const parts = regex.parts.map(part => regexBody(part, rules));
      return parts.length > 0 && parts.every(part => part !== null) ? `(${parts.join(' | ')})` : null;
    }
    case 'repeat': {
      if (regex.count.max > 1 && lengthOf(regex.part).min === 0) return null;
      const part = regexBody(regex.part, rules);
      if (part === null) return null;
      return repeated(regex.part.kind === 'chars' ? part : `(${part})`, regex.count) || '""';
    }
    case 'start':
    case 'end':
      return null;
    default:
      return assertNever(regex);
  }
}

/** GBNF of one character inside a JSON string; null if the ranges are empty. */
export function charBody(ranges: Ranges, rules: RuleSet): string | null {
  const body = jsonChar(ranges);
  return body !== null && body.length > LONG_CLASS ? rules.add('characters', body) : body;
}

/** Joins consecutive characters to texts. */
function withTexts(parts: readonly Regex[]): (Regex | string)[] {
  const joined: (Regex | string)[] = [];
  for (const part of parts) {
    const isOne = part.kind === 'chars' && part.ranges.length === 2 && part.ranges[0] === part.ranges[1];
    const last = joined.at(-1);
    if (!isOne) joined.push(part);
    else if (typeof last === 'string')
      joined[joined.length - 1] = last + String.fromCodePoint(part.ranges[0]);
    else joined.push(String.fromCodePoint(part.ranges[0]));
  }
  return joined;
}
