import { type Alternative, type Expansion, expand, placeKey, withoutChoices } from './alternatives.ts';
import { arrayLimits } from './arrayLimits.ts';
import { SchemaDocument } from './document.ts';
import { schemaError } from './errors.ts';
import { type Constraint, type Formula, negated, type Place, type ValueType } from './formula.ts';
import { canonical, satisfies, typeOfValue } from './holds.ts';
import { not } from './negation.ts';
import { ANY_COUNT } from './notation.ts';
import { isVoidNumber, listNumbers, numberLimits } from './numberLimits.ts';
import { memberPlaces, objectLimits } from './objectLimits.ts';
import { readSchema } from './readSchema.ts';
import { textsRegex } from './regex.ts';
import { isVoidText, type Refuse, searchFor, type TextLimits, textLimits } from './textRule.ts';

/** Treatment of constraints that a grammar cannot express: refuse the schema, or drop them and keep the rest. */
export type Mode = 'strict' | 'lenient';

/** Alternative that some value fits, unless the converter cannot tell. */
export interface Way extends Alternative {
  /** All values if the schema lists them; null otherwise. */
  readonly values: readonly unknown[] | null;
}

/** Limit of values that `finite` lists. */
const MAX_FINITE = 12;
/** Limit of merged schemas; each is a set of places. */
const MAX_MERGED = 5_000;
export const MAX_DEPTH = 100;
const ignore: Refuse = () => {};

/** Merges the demands of several schemas of one document. */
export class Schemas {
  readonly root: Place;
  readonly refuse: Refuse;
  readonly isLenient: boolean;
  readonly #document: SchemaDocument;
  readonly #formulas = new Map<string, Formula>();
  readonly #alternatives = new Map<string, readonly Alternative[]>();
  readonly #ways = new Map<string, readonly Way[]>();
  /** Keys whose alternatives are being computed: a schema may depend on itself. */
  readonly #pending = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #texts = new Map<Constraint, TextLimits>();
  readonly #listed = new Map<Constraint, ReadonlySet<string>>();
  readonly #resolve = (ref: string, path: string): Place | null => {
    const part = this.#document.resolve(ref, path);
    if (typeof part !== 'string') return { ...part, isNegated: false };
    if (!this.isLenient) throw schemaError(path, part);
    return null;
  };
  readonly #expansion: Expansion = {
    read: place => this.#read(place),
    areApart: (a, b) => this.isVoid([a, b]),
    onCycle: ({ path }) => {
      if (!this.isLenient) throw schemaError(path, '$ref refers to itself');
    },
  };

  constructor(json: unknown, mode: Mode) {
    this.#document = new SchemaDocument(json);
    this.root = { ...this.#document.root, isNegated: false };
    this.isLenient = mode === 'lenient';
    this.refuse = this.isLenient
      ? ignore
      : ({ keyword, path }, why) => {
          throw schemaError(path, `${keyword} ${why}`);
        };
  }

  keyOf(places: readonly Place[]): string {
    return [...new Set(places.map(placeKey))].sort().join(' ');
  }

  /** Ways to fit all of `places`; null while they are being computed. */
  waysOf(places: readonly Place[]): readonly Way[] | null {
    const key = this.keyOf(places);
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const alternatives = this.#alternativesOf(places);
    if (alternatives === null || this.#asked.has(key)) return null;
    if (this.#asked.size >= MAX_DEPTH) throw tooDeep(places);
    this.#asked.add(key);
    const ways = alternatives.flatMap(alternative => this.#wayOf(alternative) ?? []);
    this.#asked.delete(key);
    this.#ways.set(key, ways);
    return ways;
  }

  /** True if it is certain that no value fits all of `places`. */
  isVoid(places: readonly Place[]): boolean {
    return this.waysOf(places)?.length === 0;
  }

  /** Error for places that no value fits; it names the innermost one. */
  voidError(places: readonly Place[]): Error {
    const [alternative] = this.#alternativesOf(places) ?? [];
    const constraints = alternative?.constraints ?? [];
    const missing = constraints
      .flatMap(each => (each.kind === 'required' ? [memberPlaces(constraints, each.name, ignore)] : []))
      .find(
        member =>
          member.length > 0 && this.isVoid(member) && !places.some(({ path }) => path === member[0].path),
      );
    if (missing !== undefined) return this.voidError(missing);
    const keywords = [...new Set(constraints.map(({ keyword }) => keyword))];
    const path = constraints.at(-1)?.path ?? places[0].path;
    return schemaError(path, `${keywords.join(', ') || 'its keywords'}: no value fits`);
  }

  holds(places: readonly Place[], value: unknown): boolean {
    const alternatives = this.#alternativesOf(places);
    const type = typeOfValue(value);
    return (
      alternatives === null ||
      alternatives.some(({ types, constraints }) => types.includes(type) && this.holdsAll(constraints, value))
    );
  }

  holdsAll(constraints: readonly Constraint[], value: unknown): boolean {
    return constraints.every(constraint => satisfies(constraint, value, constraints, this));
  }

  /** Text constraints of one constraint. */
  textLimitsOf(constraint: Constraint): TextLimits {
    const limits = this.#texts.get(constraint) ?? textLimits([constraint], this.refuse);
    this.#texts.set(constraint, limits);
    return limits;
  }

  /** Values that one constraint lists, in canonical form. */
  listedBy(constraint: Constraint & { readonly kind: 'values' }): ReadonlySet<string> {
    const listed = this.#listed.get(constraint) ?? new Set(constraint.values.map(canonical));
    this.#listed.set(constraint, listed);
    return listed;
  }

  /** All values that fit `places` if there are few; null otherwise. */
  finite(places: readonly Place[]): unknown[] | null {
    const lists = this.waysOf(places)?.map(way => this.#finiteWay(way));
    if (lists === undefined || !lists.every(list => list !== null)) return null;
    const values = new Map(lists.flat().map(value => [JSON.stringify(value), value] as const));
    return values.size > MAX_FINITE ? null : [...values.values()];
  }

  /** Constraints of the texts that fit `places`, one for each way. */
  textsOf(places: readonly Place[]): TextLimits[] {
    return (this.waysOf(places) ?? []).flatMap(({ types, values, constraints }) => {
      if (values === null) return types.includes('string') ? textLimits(constraints, this.refuse) : [];
      const texts = values.filter(value => typeof value === 'string');
      const constraint = constraints.find(({ kind }) => kind === 'values');
      if (texts.length === 0 || constraint === undefined) return [];
      const search = searchFor(constraint, textsRegex(texts), false);
      return { searches: [search], length: ANY_COUNT, lengthFrom: null };
    });
  }

  #finiteWay({ values, types, constraints }: Way): readonly unknown[] | null {
    if (values !== null) return values;
    const lists = types.map(type => {
      switch (type) {
        case 'null':
          return [null];
        case 'boolean':
          return [true, false].filter(value => this.holdsAll(constraints, value));
        case 'integer':
          return listNumbers(numberLimits(constraints, true, false));
        default:
          return null;
      }
    });
    return lists.every(list => list !== null) ? lists.flat() : null;
  }

  #read(place: Place): Formula {
    const key = placeKey(place);
    const formula =
      this.#formulas.get(key) ??
      (place.isNegated ? not(this.#read(negated(place))) : readSchema(place, this.#resolve));
    this.#formulas.set(key, formula);
    return formula;
  }

  #alternativesOf(places: readonly Place[]): readonly Alternative[] | null {
    const key = this.keyOf(places);
    const known = this.#alternatives.get(key);
    if (known !== undefined) return known;
    if (this.#pending.has(key)) return null;
    if (this.#alternatives.size >= MAX_MERGED) {
      throw schemaError(places[0]?.path ?? '#', `more than ${MAX_MERGED} schemas in all`);
    }
    this.#pending.add(key);
    let alternatives = expand(places, this.#expansion);
    if (alternatives === null) {
      if (!this.isLenient)
        throw schemaError(places[0]?.path ?? '#', 'anyOf and the like leave too many choices');
      alternatives = withoutChoices(places, this.#expansion);
    }
    this.#pending.delete(key);
    this.#alternatives.set(key, alternatives);
    return alternatives;
  }

  /** Drops the types of an alternative that no value fits; null if no type is left. */
  #wayOf(alternative: Alternative): Way | null {
    const { constraints } = alternative;
    const lists = constraints.flatMap(each => (each.kind === 'values' ? [each.values] : []));
    if (lists.length > 0) {
      const values = lists[0].filter(
        value => alternative.types.includes(typeOfValue(value)) && this.holdsAll(constraints, value),
      );
      return values.length === 0 ? null : { ...alternative, values };
    }
    const types = alternative.types.filter(type => !this.#isVoidType(type, alternative));
    return types.length === 0 ? null : { ...alternative, types, values: null };
  }

  #isVoidType(type: ValueType, { types, constraints }: Alternative): boolean {
    switch (type) {
      case 'null':
        return !this.holdsAll(constraints, null);
      case 'boolean':
        return ![true, false].some(value => this.holdsAll(constraints, value));
      case 'integer':
        // If fractions are allowed too, integers are not handled separately.
        return isVoidNumber(numberLimits(constraints, true, types.includes('fraction')));
      case 'fraction':
        return isVoidFraction(constraints);
      case 'string':
        return isVoidText(textLimits(constraints, ignore));
      case 'array': {
        const { count } = arrayLimits(constraints, this);
        return count.min > count.max;
      }
      case 'object':
        return objectLimits(constraints, this, ignore) === null;
    }
  }
}

/** True if it is certain that no fraction fits. */
function isVoidFraction(constraints: readonly Constraint[]): boolean {
  const limits = numberLimits(constraints, false, true);
  return !limits.isFraction || isVoidNumber(limits);
}

export function tooDeep(places: readonly Place[]): Error {
  return schemaError(places[0]?.path ?? '#', `more than ${MAX_DEPTH} schemas within each other`);
}
