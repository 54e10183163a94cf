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
 * Converts a JSON schema to a GBNF grammar. The grammar derives only JSON values that fit, with little white space and properties
 * in the schema's order. An empty schema stands for any object. Constraints that a grammar cannot express are refused; mode
 * `lenient` drops them and keeps the rest of the schema.
 *
 * Throws `invalid_request` with keyword and path, also if the schema is malformed or no value fits it.
 */
export function schemaToGrammar(json: unknown, mode: Mode = 'strict'): string {
  const rules = new RuleSet();
  addSchema(json, '', rules, mode);
  return rules.toGrammar();
}

/** Adds the rule of a schema to an existing grammar. Returns the rule's name: `name` or a variant of it, '' for the root. */
export function addSchema(json: unknown, name: string, rules: RuleSet, mode: Mode = 'strict'): string {
  const isEmpty =
    json === true || (typeof json === 'object' && json !== null && Object.keys(json).length === 0);
  const converter = new Converter(new Schemas(isEmpty ? { type: 'object' } : json, mode), rules);
  return converter.visitRoot(name);
}

class Converter implements ValueRules {
  readonly rules: RuleSet;
  readonly schemas: Schemas;
  /** Names of the rules of merged schemas, set when the rule is begun; null if no value fits. */
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
    // The name is set before the rule is complete, for schemas that refer to themselves.
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

  /** Rule bodies of a way, one per type. */
  #bodies(way: Way, name: string): string[] {
    const { values } = way;
    if (values !== null) return [`(${values.map(jsonLiteral).join(' | ')}) space`];
    const types = expectedTypes(way);
    const isNumber = types.includes('integer') && types.includes('fraction');
    return types.flatMap(type =>
      type === 'integer' && isNumber ? [] : (this.#body(way, type, isNumber, name) ?? []),
    );
  }

  /** Rule body of one type. `isNumber`: the rule of fractions covers integers too. */
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

/** Shared rule that is equivalent to `ways`; null if there is none. */
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

/** Types that a schema means. Without an explicit type, these are the types that its other keywords restrict. */
function expectedTypes({ types, isTyped, constraints }: Way): readonly ValueType[] {
  if (isTyped) return types;
  const spoken = new Set(constraints.flatMap(each => (each.kind === 'not' ? [] : typesOf(each))));
  return spoken.size === 0 ? types : types.filter(type => spoken.has(type));
}

/** Constraints that restrict values of a type. */
function constraintsOn({ constraints }: Way, type: ValueType): Constraint[] {
  const isNumber = type === 'integer' || type === 'fraction';
  return constraints.filter(each => {
    if (each.kind !== 'not' || each.constraint.kind !== 'values') return typesOf(each).includes(type);
    return each.constraint.values.some(
      value => typeOfValue(value) === type || (isNumber && typeof value === 'number'),
    );
  });
}
