import type { RuleSet } from '../../params/jsonSchema/ruleSet.ts';

/** Member of a sequence, by its rule. */
export interface Member {
  readonly rule: string;
  readonly isRequired: boolean;
  /** True if the member may be repeated. */
  readonly mayRepeat?: boolean;
}

/**
 * Body of a rule for a sequence with `separator` between members: all required members and any of the others, in the given order
 * or with the required ones first. `name` is the prefix of the names of helper rules.
 */
export function sequence(
  members: readonly Member[],
  separator: string,
  name: string,
  rules: RuleSet,
): string {
  const sorted = [...members].sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
  const given = inOrder(members, separator, name, rules);
  if (sorted.every((member, i) => member === members[i])) return given;
  return `(${given}) | (${inOrder(sorted, separator, `${name}-sorted`, rules)})`;
}

function inOrder(members: readonly Member[], separator: string, name: string, rules: RuleSet): string {
  /** Continuations at the start of the sequence, and behind a member. */
  let [first, after] = ['', ''];
  for (const [i, { rule, isRequired, mayRepeat = false }] of [...members.entries()].reverse()) {
    const rest = after === '' ? '' : rules.add(`${name}-after-${i}`, after);
    const more = mayRepeat ? `(${separator} ${rule})*` : '';
    const here = `${rule} ${more} ${rest}`;
    first = isRequired
      ? here
      : first === ''
        ? `(${here})?`
        : `${here} | ${rules.add(`${name}-from-${i + 1}`, first)}`;
    after = mayRepeat
      ? `${more} ${rest}`
      : isRequired
        ? `${separator} ${rule} ${rest}`
        : `(${separator} ${rule})? ${rest}`;
  }
  return first;
}
