import { assertNever } from '../../../util/assert.ts';
import type { Count } from './notation.ts';

/** The types of JSON, with numbers by whether they are whole. */
export const VALUE_TYPES = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** A schema at its place in the document; a negated one stands for every value that does not fit it. */
export interface Place {
  readonly json: unknown;
  readonly path: string;
  readonly isNegated: boolean;
}

/** One thing that a schema demands, and which keyword of the schema at `path` demands it. */
export type Constraint = Demand & { readonly keyword: string; readonly path: string };

/** Demands that speak of one type leave values of other types alone. */
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
  /** The opposite of a constraint for which there is no other. */
  | { readonly kind: 'not'; readonly constraint: Constraint };

export interface Bound {
  readonly kind: 'bound';
  readonly side: 'min' | 'max';
  readonly value: number;
  readonly isExclusive: boolean;
}

/** How many items fit a schema. */
export interface Contains {
  readonly kind: 'contains';
  readonly place: Place;
  readonly count: Count;
}

/** Schemas of the first items, one each, and of all behind them; null for any. */
export interface Items {
  readonly kind: 'items';
  readonly prefix: readonly Place[];
  readonly rest: Place | null;
  readonly scopes?: readonly string[];
}

/** Schemas of the properties with a name, of those whose name fits a pattern, and of all others; null for any. */
export interface Members {
  readonly kind: 'members';
  readonly properties: ReadonlyMap<string, Place>;
  readonly patterns: ReadonlyMap<string, Place>;
  readonly additional: Place | null;
  /** Whether the schema lists the properties of its objects, so that others are not expected. */
  readonly isList: boolean;
  readonly scopes?: readonly string[];
}

/** The schema of what no constraint within `scope` speaks of: within the schema that says it. */
export interface Unevaluated {
  readonly kind: 'unevaluated';
  readonly of: 'array' | 'object';
  readonly place: Place;
  readonly scope: string;
}

/** What a value has to be, as a formula of constraints. */
export type Formula =
  | { readonly kind: 'constraint'; readonly constraint: Constraint }
  | { readonly kind: 'and'; readonly parts: readonly Formula[] }
  | { readonly kind: 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'schema'; readonly place: Place }
  /** Exactly one of the schemas; negated, any other number of them. */
  | { readonly kind: 'oneOf'; readonly places: readonly Place[]; readonly isNegated: boolean }
  /** Marks what the schema at `path` has evaluated. */
  | { readonly kind: 'scope'; readonly path: string; readonly part: Formula };

/** A schema of no document, which anything fits. */
export const ANYTHING: Place = { json: true, path: 'true', isNegated: false };
export const ALWAYS: Formula = { kind: 'and', parts: [] };
export const NEVER: Formula = { kind: 'or', parts: [] };

export function negated(place: Place): Place {
  return { ...place, isNegated: !place.isNegated };
}

export function fits(place: Place): Formula {
  return { kind: 'schema', place };
}

/** The types that a constraint speaks of. */
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
