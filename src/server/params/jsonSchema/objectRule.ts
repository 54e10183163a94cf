import { jsonLiteral } from './notation.ts';
import { otherKeys } from './otherKeys.ts';
import type { RuleSet } from './ruleSet.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** Makes the rule of a schema and returns its name; `name` is a proposal. */
export type Visit = (schema: Schema, name: string) => string;

/** A property, by the name of the rule for key and value. */
interface Member {
  readonly name: string;
  readonly rule: string;
  readonly mayRepeat: boolean;
}

/**
 * The body of an object's rule: the required properties, then any of the others, both in the order of the schema, and
 * additional ones at the end. `name` is that of the rule, empty for the root.
 */
export function objectRule(
  { properties, additional }: Omit<ObjectSchema, 'kind'>,
  name: string,
  rules: RuleSet,
  visit: Visit,
): string {
  const required: Member[] = [];
  const optional: Member[] = [];
  for (const property of properties) {
    const propertyName = nested(name, property.name);
    const value = visit(property.schema, propertyName);
    const rule = rules.add(`${propertyName}-kv`, `${jsonLiteral(property.name)} space ":" space ${value}`);
    (property.isRequired ? required : optional).push({ name: property.name, rule, mayRepeat: false });
  }
  if (additional !== null) {
    const base = nested(name, 'additional');
    const keys = properties.map(property => property.name);
    const value = visit(additional, `${base}-value`);
    const key = keys.length === 0 ? rules.shared('string') : rules.add(`${base}-k`, otherKeys(keys, rules));
    const rule = rules.add(`${base}-kv`, `${key} ":" space ${value}`);
    optional.push({ name: '*', rule, mayRepeat: true });
  }
  const first = required.map(member => member.rule).join(' "," space ');
  const rest = optionalMembers(optional, name, rules);
  const members =
    rest === '' ? first : required.length === 0 ? `(${rest})?` : `${first} ("," space (${rest}))?`;
  return `"{" space ${members} "}" space`;
}

/** At least one of `members`, in order: each may be the first, and each behind it may be left out. */
function optionalMembers(members: readonly Member[], name: string, rules: RuleSet): string {
  const alternatives: string[] = [];
  /** The rule for whatever may follow the member at hand. */
  let rest = '';
  for (const [i, { rule, mayRepeat }] of [...members.entries()].reverse()) {
    const more = `("," space ${rule})`;
    alternatives.unshift(`${rule}${mayRepeat ? ` ${more}*` : ''}${rest}`);
    if (i > 0) {
      const optional = `${more}${mayRepeat ? '*' : '?'}${rest}`;
      rest = ` ${rules.add(nested(name, `${members[i - 1].name}-rest`), optional)}`;
    }
  }
  return alternatives.join(' | ');
}

/** Name of a rule within the rule `name`; never empty, which is the root's. */
export function nested(name: string, part: string): string {
  return name === '' ? part || 'empty' : `${name}-${part}`;
}
