import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { itemPlaces } from './arrayLimits.ts';
import type { Constraint, Place, ValueType } from './formula.ts';
import type { Count } from './notation.ts';
import { memberPlaces } from './objectLimits.ts';
import { fitsText, type Refuse, type TextLimits } from './textRule.ts';

/** Answers questions about the parts of a value. */
interface Judge {
  readonly refuse: Refuse;
  holds(places: readonly Place[], value: unknown): boolean;
  textLimitsOf(constraint: Constraint): TextLimits;
  listedBy(constraint: Constraint & { readonly kind: 'values' }): ReadonlySet<string>;
}

export function typeOfValue(value: unknown): ValueType {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return Array.isArray(value) ? 'array' : 'object';
}

/** Text form in which equal values have equal texts: properties are sorted. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isJsonObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** True if `value` satisfies `constraint`, one of the constraints `all`. */
export function satisfies(
  constraint: Constraint,
  value: unknown,
  all: readonly Constraint[],
  judge: Judge,
): boolean {
  const { kind } = constraint;
  if (kind === 'types') return constraint.types.includes(typeOfValue(value));
  if (kind === 'values') return judge.listedBy(constraint).has(canonical(value));
  if (kind === 'not') return !satisfies(constraint.constraint, value, all, judge);
  if (typeof value === 'number') return satisfiesNumber(constraint, value);
  if (typeof value === 'string') {
    return fitsText(value, judge.textLimitsOf(constraint), judge.refuse);
  }
  if (Array.isArray(value)) return satisfiesArray(constraint, value, all, judge);
  return !isJsonObject(value) || satisfiesObject(constraint, value, all, judge);
}

function satisfiesNumber(constraint: Constraint, value: number): boolean {
  if (constraint.kind === 'multiple') return Number.isInteger(value / constraint.of);
  if (constraint.kind !== 'bound') return true;
  const { side, value: bound, isExclusive } = constraint;
  if (value === bound) return !isExclusive;
  return side === 'min' ? value > bound : value < bound;
}

function satisfiesArray(
  constraint: Constraint,
  value: readonly unknown[],
  all: readonly Constraint[],
  judge: Judge,
): boolean {
  switch (constraint.kind) {
    case 'count':
      return isIn(value.length, constraint.count);
    case 'unique':
      return new Set(value.map(canonical)).size === value.length;
    case 'contains':
      return isIn(value.filter(item => judge.holds([constraint.place], item)).length, constraint.count);
    case 'items':
      return value.every((item, i) => judge.holds(itemPlaces([constraint], i), item));
    case 'unevaluated':
      return value.every((item, i) => judge.holds(itemPlaces([...all], i), item));
    default:
      return true;
  }
}

function satisfiesObject(
  constraint: Constraint,
  value: JsonObject,
  all: readonly Constraint[],
  judge: Judge,
): boolean {
  const names = Object.keys(value);
  const fitsMembers = (constraints: readonly Constraint[]) =>
    names.every(name => judge.holds(memberPlaces(constraints, name, judge.refuse), value[name]));
  switch (constraint.kind) {
    case 'size':
      return isIn(names.length, constraint.count);
    case 'required':
      return Object.hasOwn(value, constraint.name);
    case 'absent':
      return !Object.hasOwn(value, constraint.name);
    case 'names':
      return names.every(name => judge.holds([constraint.place], name));
    case 'members':
      return fitsMembers([constraint]);
    case 'unevaluated':
      return fitsMembers(all);
    default:
      return true;
  }
}

function isIn(n: number, { min, max }: Count): boolean {
  return n >= min && n <= max;
}
