import type { Constraint, Contains, Place } from './formula.ts';
import { type Count, narrowest } from './notation.ts';

/** Merged constraints of an array. */
export interface ArrayLimits {
  /** Schemas of the first items, a list for each; `rest` has the schemas of all later items. */
  readonly prefix: readonly (readonly Place[])[];
  readonly rest: readonly Place[];
  readonly count: Count;
  readonly contains: readonly (Constraint & Contains)[];
  /** Constraint that requires all items to differ; null if there is none. */
  readonly unique: Constraint | null;
  readonly unsaid: readonly Constraint[];
}

/** Number of leading items that are checked for schemas without any value. */
const MAX_PREFIX = 1_000;

/**
 * Merges the constraints of an array. Listed items are taken to be all items, unless the schema says something about further
 * items or about their number.
 */
export function arrayLimits(
  constraints: readonly Constraint[],
  schemas: { isVoid(places: readonly Place[]): boolean },
): ArrayLimits {
  const lists = constraints.flatMap(each => (each.kind === 'items' ? each : []));
  const nPrefix = Math.min(MAX_PREFIX, Math.max(0, ...lists.map(({ prefix }) => prefix.length)));
  const prefix = Array.from({ length: nPrefix }, (_, i) => itemPlaces(constraints, i));
  const rest = itemPlaces(constraints, nPrefix);
  const asked = narrowest(constraints.flatMap(each => (each.kind === 'count' ? each.count : [])));
  const speaksOfOthers =
    lists.some(list => list.rest !== null) ||
    constraints.some(({ kind }) => kind === 'unevaluated' || kind === 'contains');
  const firstVoid = [...prefix, rest].findIndex(places => schemas.isVoid(places));
  const max = firstVoid < 0 ? asked.max : Math.min(asked.max, firstVoid);
  const min = asked.min > 0 || speaksOfOthers ? asked.min : Math.min(nPrefix, max);
  const isAll = nPrefix > 0 && !speaksOfOthers;
  return {
    prefix,
    rest,
    count: { min, max: isAll ? Math.min(max, Math.max(nPrefix, min)) : max },
    contains: constraints.flatMap(each => (each.kind === 'contains' ? each : [])),
    unique: constraints.find(({ kind }) => kind === 'unique') ?? null,
    unsaid: constraints.flatMap(each => (each.kind === 'not' ? each.constraint : [])),
  };
}

/** All schemas in `constraints` that apply to the item at `index`. */
export function itemPlaces(constraints: readonly Constraint[], index: number): Place[] {
  const lists = constraints.flatMap(each => (each.kind === 'items' ? each : []));
  return constraints.flatMap(constraint => {
    if (constraint.kind === 'items') return constraint.prefix[index] ?? constraint.rest ?? [];
    if (constraint.kind !== 'unevaluated' || constraint.of !== 'array') return [];
    const isEvaluated = lists.some(
      ({ prefix, rest, scopes = [] }) =>
        scopes.includes(constraint.scope) && (index < prefix.length || rest !== null),
    );
    return isEvaluated ? [] : constraint.place;
  });
}
