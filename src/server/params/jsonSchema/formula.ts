import { assertNever } from '../../../util/assert.ts';
import type { Count } from './notation.ts';

/** JSON's types, with numbers split into integers and fractions. */
export const VALUE_TYPES = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Schema at its place in the document. A negated place stands for all values that do not fit the schema. */
export interface Place {
  readonly json: unknown;
  readonly path: string;
  readonly isNegated: boolean;
}

/** One demand of a schema, with the keyword and the path of the schema that makes it. */
export type Constraint = Demand & { readonly keyword: string; readonly path: string };

/** Demands about one type do not restrict values of other types. */
export type Demand =
  | { readonly kind: 'types'; readonly types: readonly ValueType[] }
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | Bound
  | { readonly kind: 'multiple'; readonly of: number }
  | { readonly kind: 'length' | 'count' | 'size'; readonly count: Count }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'format'; readonly format: string }
  | { readonly kind: 'unique' }
  | Contains
  | Items
  | Members
  | { readonly kind: 'required' | 'absent'; readonly name: string }
  | { readonly kind: 'names'; readonly place: Place }
  | Unevaluated
  /** Opposite of a constraint that no other constraint expresses. */
  | { readonly kind: 'not'; readonly constraint: Constraint };

export interface Bound {
  readonly kind: 'bound';
  readonly side: 'min' | 'max';
  readonly value: number;
  readonly isExclusive: boolean;
}

/** Number of items that must fit a schema. */
export interface Contains {
  readonly kind: 'contains';
  readonly place: Place;
  readonly count: Count;
}

/** Schemas of the first items, one each, and of all later items; null if any item fits. */
export interface Items {
  readonly kind: 'items';
  readonly prefix: readonly Place[];
  readonly rest: Place | null;
  readonly scopes?: readonly string[];
}

/** Schemas of named properties, of properties whose names match a pattern, and of all others; null if any value fits. */
export interface Members {
  readonly kind: 'members';
  readonly properties: ReadonlyMap<string, Place>;
  readonly patterns: ReadonlyMap<string, Place>;
  readonly additional: Place | null;
  /** True if the schema lists its properties, so that others are unexpected. */
  readonly isList: boolean;
  readonly scopes?: readonly string[];
}

/** Schema of the items or properties that no constraint within `scope` covers; `scope` is the schema with this keyword. */
export interface Unevaluated {
  readonly kind: 'unevaluated';
  readonly of: 'array' | 'object';
  readonly place: Place;
  readonly scope: string;
}

/** Demands on a value, as a formula of constraints. */
export type Formula =
  | { readonly kind: 'constraint'; readonly constraint: Constraint }
  | { readonly kind: 'and'; readonly parts: readonly Formula[] }
  | { readonly kind: 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'schema'; readonly place: Place }
  /** Exactly one of the schemas; if negated, any other number of them. */
  | { readonly kind: 'oneOf'; readonly places: readonly Place[]; readonly isNegated: boolean }
  /** Marks the constraints that belong to the schema at `path`, for `unevaluated…`. */
  | { readonly kind: 'scope'; readonly path: string; readonly part: Formula };

/** Schema that any value fits; it belongs to no document. */
export const ANYTHING: Place = { json: true, path: 'true', isNegated: false };
export const ALWAYS: Formula = { kind: 'and', parts: [] };
export const NEVER: Formula = { kind: 'or', parts: [] };

export function negated(place: Place): Place {
  return { ...place, isNegated: !place.isNegated };
}

export function fits(place: Place): Formula {
  return { kind: 'schema', place };
}

/** Types that a constraint restricts. */
export function typesOf(constraint: Constraint): readonly ValueType[] {
  switch (constraint.kind) {
    case 'types':
    case 'values':
      return VALUE_TYPES;
    case 'bound':
    case 'multiple':
      return ['integer', 'fraction'];
    case 'length':
    case 'pattern':
    case 'format':
      return ['string'];
    case 'items':
    case 'count':
    case 'contains':
    case 'unique':
      return ['array'];
    case 'members':
    case 'required':
    case 'absent':
    case 'size':
    case 'names':
      return ['object'];
    case 'unevaluated':
      return [constraint.of];
    case 'not':
      return typesOf(constraint.constraint);
    default:
      return assertNever(constraint);
  }
}
