import type { RuleSet } from '../../params/jsonSchema/ruleSet.ts';

/** One of several things that stand in a row, by its rule. */
export interface Member {
  readonly rule: string;
  readonly isRequired: boolean;
  /** Whether it may stand there any number of times. */
  readonly mayRepeat?: boolean;
}

/**
 * The body of a rule for members in a row, with `separator` between each two: all that are required, and any of the
 * others. They stand in the given order, or those that are required come first. `name` is a proposal for the rules within.
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
  /** What may follow where nothing was written yet, and behind a member. */
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
