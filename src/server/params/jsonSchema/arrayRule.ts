import { type ArrayLimits, arrayLimits } from './arrayLimits.ts';
import { type Constraint, negated, type Place } from './formula.ts';
import { canonical } from './holds.ts';
import { type Arc, explore, machineBody } from './machine.ts';
import { type Count, jsonLiteral, repeated } from './notation.ts';
import { nested, type ValueRules } from './valueRules.ts';

const MAX_STATES = 4_000;
/** Limits: the number of `contains` at one place, and the number of items that are compared pair by pair. */
const MAX_CONTAINS = 4;
const MAX_PAIRED = 12;

/** Builds the body of an array's rule; null if no array fits. */
export function arrayBody(
  constraints: readonly Constraint[],
  name: string,
  values: ValueRules,
): string | null {
  const limits = arrayLimits(constraints, values.schemas);
  values.refuseAll(limits.unsaid);
  if (limits.count.min > limits.count.max) return null;
  const list = needsStates(limits, values)
    ? countedItems(limits, name, values)
    : plainItems(limits, name, values);
  return list === null ? null : `"[" space ${list} "]" space`.replaceAll('  ', ' ');
}

/** Rule of items that do not depend on each other. */
function plainItems({ prefix, rest, count }: ArrayLimits, name: string, values: ValueRules): string | null {
  let { max } = count;
  const items: string[] = [];
  for (let i = 0; i < Math.min(prefix.length, max); i++) {
    const item = values.visit(prefix[i], nested(name, `tuple-${i}`));
    if (item === null) max = i;
    else items.push(item);
  }
  const more = max > items.length ? values.visit(rest, nested(name, 'item')) : null;
  if (more === null) max = Math.min(max, items.length);
  if (count.min > max) return null;
  const left: Count = { min: Math.max(0, count.min - items.length), max: max - items.length };
  // Builds from the last item to the first, because items beyond the minimum are optional.
  let text = more === null ? '' : list(more, left, items.length === 0);
  for (let i = items.length - 1; i >= 0; i--) {
    const from = `${i > 0 ? '"," space ' : ''}${items[i]} ${text}`.trimEnd();
    text = i < count.min ? from : `(${from})?`;
  }
  return text;
}

/** Repeats `item` as often as `count` says, separated by commas; behind other items with a leading comma too. */
function list(item: string, { min, max }: Count, isStart: boolean): string {
  const next = `("," space ${item})`;
  if (!isStart || max === 0) return repeated(next, { min, max });
  if (min === 0 && max === 1) return `${item}?`;
  const all = `${item} ${repeated(next, { min: Math.max(0, min - 1), max: max - 1 })}`.trimEnd();
  return min === 0 ? `(${all})?` : all;
}

/** True if earlier items restrict later ones. */
function needsStates({ unique, contains, prefix, count }: ArrayLimits, { schemas }: ValueRules): boolean {
  if (contains.length > 0) return true;
  if (unique === null || count.max <= 1) return false;
  // Two items never repeat each other if no value fits both schemas.
  if (count.max > Math.min(MAX_PAIRED, prefix.length)) return true;
  const items = prefix.slice(0, count.max);
  return items.some((a, i) => items.slice(i + 1).some(b => !schemas.isVoid([...a, ...b])));
}

/** State of an array: the number of items, the values that must not be repeated, and the number of hits of each `contains`. */
interface Progress {
  readonly n: number;
  readonly used: readonly string[];
  readonly hits: readonly number[];
}

/** Rule of dependent items, by an automaton over their state. */
function countedItems(limits: ArrayLimits, name: string, values: ValueRules): string | null {
  const { prefix, rest, count } = limits;
  const { schemas } = values;
  const placesAt = (i: number) => (i < prefix.length ? prefix[i] : rest);
  const nKinds = Math.min(count.max, prefix.length + 1);
  const kinds = Array.from({ length: nKinds }, (_, i) => schemas.finite(placesAt(i)));
  const isListed = kinds.every(kind => kind !== null);
  if (limits.unique !== null && !isListed) {
    schemas.refuse(limits.unique, 'can be said only of items with few values, each listed');
  }
  const isUnique = limits.unique !== null && isListed;
  const contains = limits.contains.filter((each, i) => {
    if (i >= MAX_CONTAINS) schemas.refuse(each, `comes more than ${MAX_CONTAINS} times`);
    return i < MAX_CONTAINS;
  });
  const { max } = count;
  /** Larger numbers of items are counted as this one. */
  const cap = max === Number.POSITIVE_INFINITY ? Math.max(count.min, prefix.length, 1) : max;
  const caps = contains.map(each =>
    each.count.max === Number.POSITIVE_INFINITY ? each.count.min : each.count.max + 1,
  );

  const itemsAt = (i: number): readonly Item[] =>
    isUnique
      ? (kinds[Math.min(i, nKinds - 1)] ?? []).map(value => ({
          text: `${jsonLiteral(value)} space`,
          value: canonical(value),
          hits: contains.map(({ place }) => schemas.holds([place], value)),
        }))
      : itemKinds(placesAt(i), contains, nested(name, i < prefix.length ? `tuple-${i}` : 'item'), values);
  const known = new Map<number, readonly Item[]>();
  const arcsOf = ({ n, used, hits }: Progress): Arc<string, Progress>[] => {
    if (n >= max) return [];
    const at = Math.min(n, prefix.length);
    const items = known.get(at) ?? itemsAt(at);
    known.set(at, items);
    return items.flatMap(item => {
      if (item.value !== null && used.includes(item.value)) return [];
      const newHits = hits.map((hit, i) => Math.min(caps[i], hit + (item.hits[i] ? 1 : 0)));
      if (newHits.some((hit, i) => hit > contains[i].count.max)) return [];
      const newUsed = item.value === null ? used : [...used, item.value].sort();
      return {
        label: `${n > 0 ? '"," space ' : ''}${item.text}`,
        to: { n: Math.min(n + 1, cap), used: newUsed, hits: newHits },
      };
    });
  };
  const machine = explore<string, Progress>(
    { n: 0, used: [], hits: contains.map(() => 0) },
    {
      keyOf: ({ n, used, hits }) => `${n}:${hits.join()}:${used.join()}`,
      isFinal: ({ n, hits }) => n >= count.min && hits.every((hit, i) => hit >= contains[i].count.min),
      arcsOf,
    },
    MAX_STATES,
  );
  if (machine !== null)
    return machine.states.length === 0
      ? null
      : machineBody(machine, text => text, nested(name, 'items'), values.rules);
  for (const constraint of [...contains, ...(limits.unique ? [limits.unique] : [])]) {
    schemas.refuse(constraint, 'needs too large a grammar beside the number of items');
  }
  return plainItems(limits, name, values);
}

/** Possible next item: its rule, its value if values must not repeat, and the `contains` that it fits. */
interface Item {
  readonly text: string;
  readonly value: string | null;
  readonly hits: readonly boolean[];
}

/** Splits items by the `contains` that they fit. Items that do not fit one are told apart only if it has a maximum. */
function itemKinds(
  places: readonly Place[],
  contains: readonly { readonly place: Place; readonly count: Count }[],
  name: string,
  values: ValueRules,
): Item[] {
  const kinds = Array.from({ length: 2 ** contains.length }, (_, mask) =>
    contains.map((_each, i) => (mask & (1 << i)) !== 0),
  );
  return kinds.flatMap(hits => {
    const also = contains.flatMap(({ place, count }, i) => {
      if (hits[i]) return place;
      return count.max === Number.POSITIVE_INFINITY ? [] : negated(place);
    });
    const isPlain = also.length === 0;
    const text = values.visit([...places, ...also], isPlain ? name : nested(name, 'hit'));
    return text === null ? [] : { text, value: null, hits };
  });
}
