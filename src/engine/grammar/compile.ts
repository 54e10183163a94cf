import { emptyRules } from './emptyRules.ts';
import type { Grammar, Item } from './grammar.ts';
import type { Alternatives, Part } from './parts.ts';
import { ruleOrder } from './ruleOrder.ts';
import { grammarError } from './scanner.ts';

/**
 * Brings rules as they are written into the form that is matched. `nameOf`: null for a rule that the grammar's author
 * gave no name. Throws `invalid_request` for a left-recursive rule, one that can begin with itself.
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

/** The rules with which a rule can begin, some of them twice. */
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

/** Groups within rules have no name, so at least one rule of a cycle has. */
function leftRecursion([name, ...others]: readonly string[]): Error {
  const through = others.length > 0 ? ` through ${others.map(other => `'${other}'`).join(', ')}` : '';
  return grammarError(
    `the rule '${name}' begins with itself${through}; let it end with itself instead, as in list ::= item | item list`,
  );
}
