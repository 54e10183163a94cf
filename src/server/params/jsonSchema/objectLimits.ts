import { ANYTHING, type Constraint, type Members, type Place } from './formula.ts';
import { type Count, narrowest } from './notation.ts';
import { readRegex, UnsaidRegex } from './regexReader.ts';
import { fitsText, type Refuse, type TextLimits, textLimits } from './textRule.ts';

/** Merged constraints of an object. */
export interface ObjectLimits {
  /** Known properties, in the order of the schema, which is also the order of the answer. */
  readonly members: readonly Member[];
  /** Other properties, grouped by the patterns that their names match. */
  readonly others: readonly OtherMembers[];
  /** Names of properties that are members or forbidden. */
  readonly known: readonly string[];
  readonly size: Count;
  /** Constraint on the number of properties; null if there is none. */
  readonly sizeFrom: Constraint | null;
  readonly unsaid: readonly Constraint[];
}

export interface Member {
  readonly name: string;
  readonly places: readonly Place[];
  readonly isRequired: boolean;
}

export interface OtherMembers {
  /** Constraints of a name, besides being none of the known names; null for any name. */
  readonly key: TextLimits | null;
  readonly places: readonly Place[];
}

/** Answers questions about the schemas inside an object. */
interface Asked {
  isVoid(places: readonly Place[]): boolean;
  holds(places: readonly Place[], value: unknown): boolean;
  finite(places: readonly Place[]): unknown[] | null;
  textsOf(places: readonly Place[]): TextLimits[];
}

type MembersConstraint = Constraint & Members;

/** Limit of name patterns: each doubles the number of groups of names. */
const MAX_PATTERNS = 5;

/**
 * Merges the constraints of an object; null if none fits. Listed properties are taken to be all properties, unless the schema
 * says something about further properties or requires more of them.
 */
export function objectLimits(
  constraints: readonly Constraint[],
  schemas: Asked,
  refuse: Refuse,
): ObjectLimits | null {
  const all = constraints.map(constraint => readable(constraint, refuse));
  const lists = all.flatMap(each => (each.kind === 'members' ? each : []));
  const names = all.flatMap(each => (each.kind === 'names' ? each.place : []));
  const allowed = names.length === 0 ? null : schemas.finite(names);
  const namesOf = (kind: 'required' | 'absent') => all.flatMap(each => (each.kind === kind ? each.name : []));
  const required = new Set(namesOf('required'));
  const absent = new Set(namesOf('absent'));
  const listed = lists.flatMap(({ isList, properties }) => (isList ? [...properties.keys()] : []));
  const isClosed = listsAll(all);
  const named = isClosed ? [] : (allowed ?? []).filter(name => typeof name === 'string');
  const known = [...new Set([...listed, ...named, ...required, ...absent])];

  const sizes = all.flatMap(each => (each.kind === 'size' ? each : []));
  const size = narrowest(sizes.map(({ count }) => count));
  if (size.min > size.max || size.max < required.size) return null;
  /** True if the number of possible optional properties matters. */
  const isCounted = size.min > required.size;
  const members = known.flatMap((name): Member[] => {
    const places = memberPlaces(all, name, refuse);
    const isRequired = required.has(name);
    const isNamed = names.length === 0 || schemas.holds(names, name);
    const isOut = absent.has(name) || !isNamed || ((isRequired || isCounted) && schemas.isVoid(places));
    return isOut ? [] : [{ name, places, isRequired }];
  });
  if (members.filter(({ isRequired }) => isRequired).length < required.size) return null;
  const isTooSmall = size.min > members.length;
  const others =
    allowed !== null || (isClosed && !isTooSmall && lists.every(({ patterns }) => patterns.size === 0))
      ? []
      : otherMembers(all, names, isClosed && !isTooSmall, schemas, refuse);
  if (isTooSmall && others.length === 0) return null;
  return {
    members,
    others,
    known,
    size,
    sizeFrom: sizes.at(-1) ?? null,
    unsaid: all.flatMap(each => (each.kind === 'not' ? each.constraint : [])),
  };
}

/** True if the schemas list properties and say nothing about others. */
function listsAll(constraints: readonly Constraint[]): boolean {
  const lists = constraints.flatMap(each => (each.kind === 'members' ? each : []));
  const speaksOfOthers =
    lists.some(({ additional }) => additional !== null) ||
    constraints.some(each => each.kind === 'unevaluated' && each.of === 'object');
  return !speaksOfOthers && lists.some(({ isList }) => isList);
}

/** All schemas in `constraints` that apply to the property `name`. */
export function memberPlaces(constraints: readonly Constraint[], name: string, refuse: Refuse): Place[] {
  const matched = (list: MembersConstraint) =>
    [...list.patterns.keys()].filter(pattern =>
      fitsText(name, textLimits([{ ...list, kind: 'pattern', pattern }], refuse), refuse),
    );
  return placesFor(constraints, matched, name);
}

/** Schemas of a property: by the patterns that its name matches, and by `name` if that is known. */
function placesFor(
  constraints: readonly Constraint[],
  matchedOf: (list: MembersConstraint) => readonly string[],
  name: string | null,
): Place[] {
  const own = new Map(
    constraints.flatMap(list => {
      if (list.kind !== 'members') return [];
      const named = name === null ? undefined : list.properties.get(name);
      const matched = matchedOf(list).flatMap(pattern => list.patterns.get(pattern) ?? []);
      const places = named === undefined ? matched : [named, ...matched];
      return [[list, places.length === 0 && list.additional !== null ? [list.additional] : places] as const];
    }),
  );
  return constraints.flatMap(constraint => {
    if (constraint.kind === 'members') return own.get(constraint) ?? [];
    if (constraint.kind !== 'unevaluated' || constraint.of !== 'object') return [];
    const isEvaluated = [...own].some(
      ([{ scopes = [] }, places]) => scopes.includes(constraint.scope) && places.length > 0,
    );
    return isEvaluated ? [] : constraint.place;
  });
}

/** Groups the properties that are not known by the patterns that their names match. */
function otherMembers(
  constraints: readonly Constraint[],
  names: readonly Place[],
  isClosed: boolean,
  schemas: Asked,
  refuse: Refuse,
): OtherMembers[] {
  const lists = constraints.flatMap(each => (each.kind === 'members' ? each : []));
  const patterns = [...new Set(lists.flatMap(list => [...list.patterns.keys()]))];
  const [first] = lists;
  if (patterns.length > MAX_PATTERNS) {
    refuse({ ...first, keyword: 'patternProperties' }, `has more than ${MAX_PATTERNS} patterns`);
    return [{ key: null, places: [] }];
  }
  const kinds = Array.from({ length: 2 ** patterns.length }, (_, mask) =>
    patterns.map((pattern, i) => ({ pattern, isNegated: (mask & (1 << i)) === 0 })),
  );
  return kinds.flatMap(kind => {
    const matched = kind.flatMap(({ pattern, isNegated }) => (isNegated ? [] : pattern));
    if (isClosed && matched.length === 0) return [];
    const places = placesFor(
      constraints,
      ({ patterns: own }) => matched.filter(pattern => own.has(pattern)),
      null,
    );
    if (schemas.isVoid(places)) return [];
    const own = textLimits(
      kind.map(({ pattern, isNegated }): Constraint => {
        const { keyword, path } = { ...first, keyword: 'patternProperties' };
        const constraint = { kind: 'pattern', pattern, keyword, path } as const;
        return isNegated ? { kind: 'not', constraint, keyword, path } : constraint;
      }),
      refuse,
    );
    const keys = names.length === 0 ? [own] : schemas.textsOf(names).map(text => bothTexts(own, text));
    const isAny = patterns.length === 0 && names.length === 0;
    return keys.map(key => ({ key: isAny ? null : key, places }));
  });
}

function bothTexts(a: TextLimits, b: TextLimits): TextLimits {
  return {
    searches: [...a.searches, ...b.searches],
    length: narrowest([a.length, b.length]),
    lengthFrom: b.lengthFrom ?? a.lengthFrom,
  };
}

/**
 * Drops patterns that cannot be read. A name that matches one of them may have any value, so additional properties become
 * unrestricted.
 */
function readable(constraint: Constraint, refuse: Refuse): Constraint {
  if (constraint.kind !== 'members') return constraint;
  const { patterns } = constraint;
  const read = [...patterns].filter(([pattern]) => {
    try {
      readRegex(pattern);
      return true;
    } catch (error) {
      if (!(error instanceof UnsaidRegex)) throw error;
      refuse({ ...constraint, keyword: 'patternProperties' }, `${JSON.stringify(pattern)} ${error.message}`);
      return false;
    }
  });
  if (read.length === patterns.size) return constraint;
  return { ...constraint, patterns: new Map(read), additional: ANYTHING };
}
