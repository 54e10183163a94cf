import { assertNever } from '../../../util/assert.ts';
import { arrayBody } from './arrayRule.ts';
import { type Constraint, type Place, typesOf, VALUE_TYPES, type ValueType } from './formula.ts';
import { typeOfValue } from './holds.ts';
import { jsonLiteral } from './notation.ts';
import { numberLimits } from './numberLimits.ts';
import { numberBody } from './numberRule.ts';
import { objectBody } from './objectRule.ts';
import { RuleSet, type SharedRule } from './ruleSet.ts';
import { MAX_DEPTH, type Mode, Schemas, tooDeep, type Way } from './schemas.ts';
import { textBody, textLimits } from './textRule.ts';
import type { ValueRules } from './valueRules.ts';

/**
 * The grammar, in GBNF, of JSON values that fit a JSON schema: none that does not, little white space, properties in the
 * schema's order. An empty schema stands for any object. What a grammar cannot say is refused, or in mode `lenient` left
 * out while the rest of the schema holds.
 *
 * Throws `invalid_request` with the keyword and its place, also for a schema that is malformed or that nothing fits.
 */
export function schemaToGrammar(json: unknown, mode: Mode = 'strict'): string {
  const rules = new RuleSet();
  addSchema(json, '', rules, mode);
  return rules.toGrammar();
}

/** Adds the rule of a schema to a grammar that has others, and returns its name: `name` or one like it, '' for the root. */
export function addSchema(json: unknown, name: string, rules: RuleSet, mode: Mode = 'strict'): string {
  const isEmpty =
    json === true || (typeof json === 'object' && json !== null && Object.keys(json).length === 0);
  const converter = new Converter(new Schemas(isEmpty ? { type: 'object' } : json, mode), rules);
  return converter.visitRoot(name);
}

class Converter implements ValueRules {
  readonly rules: RuleSet;
  readonly schemas: Schemas;
  /** Rules of merged schemas, from the moment that they are begun; null where nothing fits. */
  readonly #names = new Map<string, string | null>();
  #depth = 0;

  constructor(schemas: Schemas, rules: RuleSet) {
    this.schemas = schemas;
    this.rules = rules;
  }

  visitRoot(name: string): string {
    const { root, isLenient } = this.schemas;
    const rule = this.visit([root], name);
    if (rule !== null) return rule;
    if (!isLenient) throw this.schemas.voidError([root]);
    return this.rules.shared('object', name === '' ? 'root' : name);
  }

  visit(places: readonly Place[], name: string): string | null {
    const { rules, schemas } = this;
    const key = schemas.keyOf(places);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const ruleName = name === '' ? 'root' : rules.isReserved(name) ? `${name}-` : name;
    const ways = schemas.waysOf(places) ?? [];
    const shared = sharedRule(ways);
    if (shared !== null) return rules.shared(shared, ruleName === 'root' ? 'root' : shared);
    if (this.#depth >= MAX_DEPTH) throw tooDeep(places);
    this.#depth++;
    // Begun before it is done, for schemas that refer to themselves.
    const isNest = ways.some(({ types }) => types.includes('array') || types.includes('object'));
    const reserved = isNest ? rules.reserve(ruleName) : null;
    if (reserved !== null) this.#names.set(key, reserved);
    const base = ways.length > 1 ? name || 'alternative' : name;
    const bodies = new Set(
      ways.flatMap((way, i) => this.#bodies(way, ways.length > 1 ? `${base}-${i}` : base)),
    );
    const body = [...bodies].join(' | ');
    const rule = bodies.size === 0 ? null : (reserved ?? rules.add(ruleName, body));
    if (reserved !== null) {
      if (rule === null) rules.drop(reserved);
      else rules.define(reserved, body);
    }
    this.#names.set(key, rule);
    this.#depth--;
    return rule;
  }

  refuseAll(constraints: readonly Constraint[]): void {
    for (const constraint of constraints) {
      this.schemas.refuse(constraint, 'has no opposite that a grammar can say');
    }
  }

  /** The values of a way, by their types. */
  #bodies(way: Way, name: string): string[] {
    const { values } = way;
    if (values !== null) return [`(${values.map(jsonLiteral).join(' | ')}) space`];
    const types = expectedTypes(way);
    const isNumber = types.includes('integer') && types.includes('fraction');
    return types.flatMap(type =>
      type === 'integer' && isNumber ? [] : (this.#body(way, type, isNumber, name) ?? []),
    );
  }

  /** The values of one type; `isNumber`: numbers that are whole are among those that are fractions. */
  #body(way: Way, type: ValueType, isNumber: boolean, name: string): string | null {
    const { rules, schemas } = this;
    const own = constraintsOn(way, type);
    const shared = sharedOf(type, isNumber);
    if (own.length === 0 && shared !== null) return rules.shared(shared);
    switch (type) {
      case 'null':
        return rules.shared('null');
      case 'boolean': {
        const values = [true, false].filter(value => schemas.holdsAll(own, value));
        return `(${values.map(jsonLiteral).join(' | ')}) space`;
      }
      case 'integer':
      case 'fraction': {
        const limits = numberLimits(way.constraints, type === 'integer' || isNumber, type === 'fraction');
        const body = numberBody(limits, name, rules, schemas.refuse);
        return body && `(${body}) space`;
      }
      case 'string': {
        const body = textBody(textLimits(own, schemas.refuse), name, rules, schemas.refuse);
        return body === null ? null : `"\\"" ${body} "\\"" space`;
      }
      case 'array':
        return arrayBody(own, name, this);
      case 'object':
        return objectBody(own, name, this);
      default:
        return assertNever(type);
    }
  }
}

/** The shared rule that says all of some ways; null when there is none. */
function sharedRule(ways: readonly Way[]): SharedRule | null {
  const [way] = ways;
  if (ways.length !== 1 || way.values !== null) return null;
  const types = expectedTypes(way);
  if (!types.every(type => constraintsOn(way, type).length === 0)) return null;
  if (types.length === VALUE_TYPES.length) return 'value';
  const isNumber = types.length === 2 && types.includes('integer') && types.includes('fraction');
  return types.length === 1 || isNumber ? sharedOf(types[types.length - 1], isNumber) : null;
}

function sharedOf(type: ValueType, isNumber: boolean): SharedRule | null {
  if (type === 'fraction') return isNumber ? 'number' : null;
  return type;
}

/** The types that a schema means: without a word on types, those that it has other words on. */
function expectedTypes({ types, isTyped, constraints }: Way): readonly ValueType[] {
  if (isTyped) return types;
  const spoken = new Set(constraints.flatMap(each => (each.kind === 'not' ? [] : typesOf(each))));
  return spoken.size === 0 ? types : types.filter(type => spoken.has(type));
}

/** The constraints that matter for values of a type. */
function constraintsOn({ constraints }: Way, type: ValueType): Constraint[] {
  const isNumber = type === 'integer' || type === 'fraction';
  return constraints.filter(each => {
    if (each.kind !== 'not' || each.constraint.kind !== 'values') return typesOf(each).includes(type);
    return each.constraint.values.some(
      value => typeOfValue(value) === type || (isNumber && typeof value === 'number'),
    );
  });
}
