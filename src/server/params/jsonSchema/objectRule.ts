import type { Constraint } from './formula.ts';
import { explore, machineBody } from './machine.ts';
import { ANY_COUNT, jsonLiteral } from './notation.ts';
import { type ObjectLimits, type OtherMembers, objectLimits } from './objectLimits.ts';
import { otherKeys } from './otherKeys.ts';
import { textsRegex } from './regex.ts';
import { searchFor, type TextLimits, textBody } from './textRule.ts';
import { nested, type ValueRules } from './valueRules.ts';

/** Property, as the rule of its key and value. */
interface Pair {
  readonly rule: string;
  readonly isRequired: boolean;
}

const MAX_STATES = 4_000;

/**
 * Builds the body of an object's rule; null if no object fits. Properties come in the schema's order, or required ones first as
 * in llama.cpp; additional ones come last.
 */
export function objectBody(
  constraints: readonly Constraint[],
  name: string,
  values: ValueRules,
): string | null {
  const { schemas } = values;
  const limits = objectLimits(constraints, schemas, schemas.refuse);
  if (limits === null) return null;
  values.refuseAll(limits.unsaid);
  const pairs = memberPairs(limits, name, values);
  if (pairs === null) return null;
  const others = limits.others.flatMap(
    (other, i) => otherPair(other, i, limits, constraints, name, values) ?? [],
  );
  const sorted = [
    ...pairs.filter(({ isRequired }) => isRequired),
    ...pairs.filter(({ isRequired }) => !isRequired),
  ];
  const orders = sorted.every((pair, i) => pair === pairs[i]) ? [sorted] : [sorted, pairs];
  const bodies = orders.flatMap(order => pairsBody(order, others, limits, name, values) ?? []);
  if (bodies.length === 0) return null;
  const body = bodies.length > 1 ? `(${bodies.join(' | ')})` : bodies[0];
  return `"{" space ${body} "}" space`.replaceAll('  ', ' ');
}

/** Rules of the possible members; null if a required member has no possible value. */
function memberPairs({ members }: ObjectLimits, name: string, values: ValueRules): Pair[] | null {
  const pairs: Pair[] = [];
  for (const { name: key, places, isRequired } of members) {
    const proposal = nested(name, key);
    const value = values.visit(places, proposal);
    if (value === null && isRequired) return null;
    if (value === null) continue;
    const rule = values.rules.add(`${proposal}-kv`, `${jsonLiteral(key)} space ":" space ${value}`);
    pairs.push({ rule, isRequired });
  }
  return pairs;
}

/** Rule of key and value of one group of additional properties; null if there can be none. */
function otherPair(
  { key, places }: OtherMembers,
  index: number,
  { known }: ObjectLimits,
  constraints: readonly Constraint[],
  name: string,
  values: ValueRules,
): string | null {
  const { rules, schemas } = values;
  const base = nested(name, index === 0 ? 'additional' : `additional-${index}`);
  const value = values.visit(places, `${base}-value`);
  if (value === null) return null;
  if (key === null) {
    const other =
      known.length === 0 ? rules.shared('string') : rules.add(`${base}-k`, otherKeys(known, rules));
    return rules.add(`${base}-kv`, `${other} ":" space ${value}`);
  }
  const searches =
    known.length === 0 ? key.searches : [...key.searches, searchFor(constraints[0], textsRegex(known), true)];
  const limits: TextLimits = { ...key, searches };
  const body = textBody(limits, `${base}-k`, rules, schemas.refuse);
  if (body === null) return null;
  return rules.add(`${base}-kv`, `${rules.add(`${base}-k`, `"\\"" ${body} "\\"" space`)} ":" space ${value}`);
}

/** State of an object: the index of the next pair, and the number of pairs so far. */
interface Progress {
  readonly next: number;
  readonly n: number;
  /** True if an additional property was counted towards the minimum: another one could have the same name. */
  readonly hasOther: boolean;
}

/** Rule of pairs in their order, then others; null if there can never be enough. */
function pairsBody(
  pairs: readonly Pair[],
  others: readonly string[],
  { size, sizeFrom }: Pick<ObjectLimits, 'size' | 'sizeFrom'>,
  name: string,
  values: ValueRules,
): string | null {
  const { schemas, rules } = values;
  const { min } = size;
  if (others.length > 0 && min > pairs.length + 1 && sizeFrom !== null) {
    schemas.refuse(sizeFrom, `of ${min} cannot be told from a name that comes twice`);
  }
  const max = others.length === 0 && size.max >= pairs.length ? Number.POSITIVE_INFINITY : size.max;
  /** Larger numbers of pairs are counted as this one. */
  const cap = max === Number.POSITIVE_INFINITY ? Math.max(1, min) : max;
  const label = (rule: string, n: number) => (n > 0 ? `"," space ${rule}` : rule);
  const machine = explore<string, Progress>(
    { next: 0, n: 0, hasOther: false },
    {
      keyOf: ({ next, n, hasOther }) => `${next}:${n}:${hasOther}`,
      isFinal: ({ next, n }) => next === pairs.length && n >= min,
      arcsOf: ({ next, n, hasOther }) => {
        const more = Math.min(cap, n + 1);
        if (next < pairs.length) {
          const { rule, isRequired } = pairs[next];
          const taken = n < max ? [{ label: label(rule, n), to: { next: next + 1, n: more, hasOther } }] : [];
          return isRequired ? taken : [...taken, { label: '', to: { next: next + 1, n, hasOther } }];
        }
        // A second additional property could repeat the name of the first, so only one counts towards the minimum.
        if (n >= max || (hasOther && n < min && !schemas.isLenient)) return [];
        return others.map(rule => ({ label: label(rule, n), to: { next, n: more, hasOther: n < min } }));
      },
    },
    MAX_STATES + 4 * pairs.length,
  );
  if (machine !== null) {
    if (machine.states.length === 0) return null;
    return machineBody(machine, text => text, nested(name, 'members'), rules);
  }
  if (sizeFrom !== null) schemas.refuse(sizeFrom, `of ${max} needs too large a grammar`);
  return pairsBody(pairs, others, { size: ANY_COUNT, sizeFrom: null }, name, values);
}
