import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { formatPattern } from './formats.ts';
import type { Constraint } from './formula.ts';
import { type Machine, machineBody } from './machine.ts';
import { ANY_COUNT, type Count, narrowest, repeated } from './notation.ts';
import { type Regex, textsRegex, wholeRegex } from './regex.ts';
import { ofLength } from './regexLength.ts';
import { readRegex, UnsaidRegex } from './regexReader.ts';
import { charBody, regexBody } from './regexRule.ts';
import type { RuleSet } from './ruleSet.ts';
import { TextAutomaton } from './textAutomaton.ts';
import { intersection } from './textProduct.ts';

/**
 * Reports that a grammar cannot express a constraint, and why. In strict mode this throws; otherwise the constraint is dropped.
 */
export type Refuse = (constraint: Constraint, why: string) => void;

const TOO_MANY = 'repeats too often for a grammar';

/** Merged constraints of a text. */
export interface TextLimits {
  readonly searches: readonly Search[];
  readonly length: Count;
  /** Constraint on the length; null if there is none. */
  readonly lengthFrom: Constraint | null;
}

export interface Search {
  readonly constraint: Constraint;
  readonly regex: Regex;
  readonly isNegated: boolean;
  /** Built at the first call; null if the automaton would be too large. */
  readonly automaton: () => TextAutomaton | null;
}

export function searchFor(constraint: Constraint, regex: Regex, isNegated: boolean): Search {
  let automaton: TextAutomaton | null | undefined;
  const build = () => {
    try {
      return new TextAutomaton(regex);
    } catch (error) {
      if (error instanceof UnsaidRegex) return null;
      throw error;
    }
  };
  return {
    constraint,
    regex,
    isNegated,
    automaton() {
      automaton = automaton === undefined ? build() : automaton;
      return automaton;
    },
  };
}

/** Merges the constraints of a text. */
export function textLimits(constraints: readonly Constraint[], refuse: Refuse): TextLimits {
  const lengths = constraints.flatMap(each => (each.kind === 'length' ? each : []));
  return {
    searches: constraints.flatMap(constraint => {
      const isNegated = constraint.kind === 'not';
      const search = searchOf(isNegated ? constraint.constraint : constraint, isNegated, refuse);
      return search === null ? [] : searchFor(constraint, search, isNegated);
    }),
    length: narrowest(lengths.map(({ count }) => count)),
    lengthFrom: lengths.at(-1) ?? null,
  };
}

function searchOf(constraint: Constraint, isNegated: boolean, refuse: Refuse): Regex | null {
  switch (constraint.kind) {
    case 'pattern':
      try {
        return readRegex(constraint.pattern);
      } catch (error) {
        if (!(error instanceof UnsaidRegex)) throw error;
        refuse(constraint, `${JSON.stringify(constraint.pattern)} ${error.message}`);
        return null;
      }
    case 'format': {
      const pattern = formatPattern(constraint.format);
      if (pattern === null) return null;
      // Validators differ in the further texts that they accept.
      if (isNegated) refuse(constraint, `${constraint.format} has no opposite that a grammar can say`);
      return isNegated ? null : readRegex(pattern);
    }
    case 'values': {
      const texts = constraint.values.filter(value => typeof value === 'string');
      return isNegated && texts.length > 0 ? textsRegex(texts) : null;
    }
    default:
      return null;
  }
}

/** True if a text fits. A search without an automaton is reported, and ignored unless that throws. */
export function fitsText(text: string, limits: TextLimits, refuse: Refuse): boolean {
  const length = [...text].length;
  if (length < limits.length.min || length > limits.length.max) return false;
  return limits.searches.every(search => {
    const { constraint, isNegated } = search;
    const automaton = search.automaton();
    if (automaton === null) refuse(constraint, TOO_MANY);
    return automaton === null || automaton.matches(text) !== isNegated;
  });
}

/** True if it is certain that no text fits. */
export function isVoidText(limits: TextLimits): boolean {
  const { length, searches } = limits;
  if (length.min > length.max) return true;
  const isSimple = searches.length === 0 || (searches.length === 1 && limits.lengthFrom === null);
  return !isSimple && machineOf(limits, () => {})?.states.length === 0;
}

/** GBNF of the texts that fit, inside a JSON string without its quotes; null if there are none. */
export function textBody(limits: TextLimits, name: string, rules: RuleSet, refuse: Refuse): string | null {
  const { searches, length } = limits;
  if (length.min > length.max) return null;
  if (searches.length === 0) {
    const isFree = length.min === 0 && length.max === Number.POSITIVE_INFINITY;
    return isFree ? `${rules.shared('char')}*` : repeated(rules.shared('character'), length);
  }
  const [{ regex, isNegated }] = searches;
  const whole = searches.length === 1 && !isNegated ? wholeRegex(regex) : null;
  const fitting = whole && ofLength(whole, length);
  const body = fitting && regexBody(fitting, rules);
  if (body !== null) return body;
  const machine = machineOf(limits, refuse);
  if (machine === null) return `${rules.shared('char')}*`;
  if (machine.states.length === 0) return null;
  const chars = new Map<Ranges, string>();
  const charOf = (ranges: Ranges) => {
    const char = chars.get(ranges) ?? charBody(ranges, rules) ?? '""';
    chars.set(ranges, char);
    return char;
  };
  return machineBody(machine, charOf, `${name || 'text'}-text`, rules);
}

/** Automaton of the texts that fit. If it would be too large, first the length is dropped, then the searches. */
function machineOf({ searches, length, lengthFrom }: TextLimits, refuse: Refuse): Machine<Ranges> | null {
  const followed = searches.flatMap(search => {
    const { constraint, isNegated } = search;
    const automaton = search.automaton();
    if (automaton === null) refuse(constraint, TOO_MANY);
    return automaton === null ? [] : { constraint, part: { automaton, isNegated } };
  });
  const parts = followed.map(({ part }) => part);
  const exact = intersection(parts, length);
  if (exact !== null) return exact;
  if (lengthFrom !== null) {
    refuse(
      lengthFrom,
      `is too large beside ${followed.map(({ constraint }) => constraint.keyword).join(' and ')}`,
    );
    const longer = intersection(parts, ANY_COUNT);
    if (longer !== null) return longer;
  }
  for (const { constraint } of followed) refuse(constraint, 'needs too large a grammar');
  return null;
}
