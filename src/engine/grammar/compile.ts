import { emptyRules } from './emptyRules.ts';
import type { Grammar, Item } from './grammar.ts';
import type { Alternatives, Part } from './parts.ts';
import { ruleOrder } from './ruleOrder.ts';
import { grammarError } from './scanner.ts';

/**
 * Compiles parsed rules for the automaton. `nameOf` returns null for a rule without a name in the source. Throws
 * `invalid_request` for left recursion.
 */
export function compile(
  rules: readonly Alternatives[],
  root: number,
  nameOf: (rule: number) => string | null,
): Grammar {
  const isEmpty = emptyRules(rules);
  const withoutEmpty = rules.map(alternatives => alternatives.map(parts => parts.map(notEmpty)));
  const order = ruleOrder(withoutEmpty.map(leftmostRules));
  if (order.kind === 'cycle') throw leftRecursion(order.rules.flatMap(rule => nameOf(rule) ?? []));

  const indexOf = new Array<number>(rules.length);
  for (const [index, rule] of order.rules.entries()) indexOf[rule] = index;
  let nItems = 0;
  const link = (parts: readonly Part[]): Item | null =>
    parts.reduceRight<Item | null>((next, { element, ...times }) => {
      const moved = element.kind === 'rule' ? { ...element, rule: indexOf[element.rule] } : element;
      return { id: nItems++, element: moved, ...times, next };
    }, null);
  return {
    rules: order.rules.map(rule => withoutEmpty[rule].flatMap(parts => link(parts) ?? [])),
    root: {
      id: nItems++,
      element: { kind: 'rule', rule: indexOf[root] },
      min: isEmpty[root] ? 0 : 1,
      max: 1,
      next: null,
    },
  };

  function notEmpty(part: Part): Part {
    return part.element.kind === 'rule' && isEmpty[part.element.rule] ? { ...part, min: 0 } : part;
  }
}

/** Rules that may come first in `alternatives`; may contain duplicates. */
function leftmostRules(alternatives: Alternatives): number[] {
  const begins: number[] = [];
  for (const parts of alternatives) {
    for (const { element, min } of parts) {
      if (element.kind === 'rule') begins.push(element.rule);
      if (min > 0) break;
    }
  }
  return begins;
}

/** Groups have no name, but every cycle contains at least one named rule. */
function leftRecursion([name, ...others]: readonly string[]): Error {
  const through = others.length > 0 ? ` through ${others.map(other => `'${other}'`).join(', ')}` : '';
  return grammarError(
    `the rule '${name}' begins with itself${through}; let it end with itself instead, as in list ::= item | item list`,
  );
}
