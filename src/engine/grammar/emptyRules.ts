import type { Alternatives, Part } from './parts.ts';

/** Finds the nullable rules. */
export function emptyRules(rules: readonly Alternatives[]): boolean[] {
  const isEmpty = new Array<boolean>(rules.length).fill(false);
  /** Alternatives by the rules in them; `nLeft` counts those not yet known to be nullable. */
  const waiting: { readonly rule: number; nLeft: number }[][] = rules.map(() => []);
  const found: number[] = [];
  const mark = (rule: number) => {
    if (!isEmpty[rule]) found.push(rule);
    isEmpty[rule] = true;
  };
  for (const [rule, alternatives] of rules.entries()) {
    for (const parts of alternatives) {
      const needed = rulesToBeEmpty(parts);
      if (needed === null) continue;
      if (needed.length === 0) mark(rule);
      const alternative = { rule, nLeft: needed.length };
      for (const other of needed) waiting[other].push(alternative);
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

/** Rules that must be nullable for the sequence to be nullable; null if it contains a character. */
function rulesToBeEmpty(parts: readonly Part[]): number[] | null {
  const needed: number[] = [];
  for (const { element, min } of parts) {
    if (min === 0) continue;
    if (element.kind === 'character') return null;
    needed.push(element.rule);
  }
  return needed;
}
