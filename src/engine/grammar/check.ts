import { assert } from '../../util/assert.ts';
import type { Item, Rule } from './grammar.ts';
import { grammarError } from './scanner.ts';

/**
 * Throws `invalid_request` for a left-recursive grammar: one with a rule that can begin with itself, be it behind rules
 * that may be empty. Matching from left to right would expand it forever.
 */
export function checkRules(rules: readonly Rule[]): void {
  const begins = leftmostRules(rules, emptyRules(rules));
  const nWaiting = new Array<number>(rules.length).fill(0);
  for (const first of begins.flat()) nWaiting[first]++;
  // Rules that nothing begins with are taken away until none is left, or a cycle.
  const ready = [...nWaiting.keys()].filter(rule => nWaiting[rule] === 0);
  let nTaken = 0;
  for (let rule = ready.pop(); rule !== undefined; rule = ready.pop()) {
    nTaken++;
    for (const first of begins[rule]) {
      nWaiting[first]--;
      if (nWaiting[first] === 0) ready.push(first);
    }
  }
  if (nTaken < rules.length) {
    throw grammarError(
      'a rule begins with itself; let it end with itself instead, as in list ::= item | item list',
    );
  }
}

/** Which rules may derive nothing. */
function emptyRules(rules: readonly Rule[]): boolean[] {
  const isEmpty = new Array<boolean>(rules.length).fill(false);
  /** Alternatives made of rules alone: how many of these are not known to be empty, by the rules they wait for. */
  const waiting: { readonly rule: number; nLeft: number }[][] = rules.map(() => []);
  const found: number[] = [];
  const mark = (rule: number) => {
    if (!isEmpty[rule]) found.push(rule);
    isEmpty[rule] = true;
  };
  for (const [rule, alternatives] of rules.entries()) {
    for (const first of alternatives) {
      const used = rulesAlone(first);
      if (used === null) continue;
      if (used.length === 0) mark(rule);
      const alternative = { rule, nLeft: used.length };
      for (const other of used) waiting[other].push(alternative);
    }
  }
  for (let rule = found.pop(); rule !== undefined; rule = found.pop()) {
    for (const alternative of waiting[rule]) {
      alternative.nLeft--;
      if (alternative.nLeft === 0) mark(alternative.rule);
    }
  }
  return isEmpty;
}

/** The rules of an alternative, or null when it has a character. */
function rulesAlone(first: Item | null): number[] | null {
  const used: number[] = [];
  for (let item = first; item !== null; item = item.next) {
    if (item.element.kind === 'character') return null;
    used.push(item.element.rule);
  }
  return used;
}

/** For each rule, the rules with which it can begin. */
function leftmostRules(rules: readonly Rule[], isEmpty: readonly boolean[]): number[][] {
  return rules.map(alternatives => {
    const begins: number[] = [];
    for (const first of alternatives) {
      for (let item = first; item !== null && item.element.kind === 'rule'; item = item.next) {
        const { rule } = item.element;
        assert(rule < rules.length, () => `rule ${rule} of ${rules.length}`);
        begins.push(rule);
        if (!isEmpty[rule]) break;
      }
    }
    return begins;
  });
}
