import { assert, assertNever } from '../../../util/assert.ts';
import { integerRange } from './integerRange.ts';
import { jsonLiteral, repeated, separated } from './notation.ts';
import { nested, objectRule } from './objectRule.ts';
import { patternRule } from './pattern.ts';
import { readSchema } from './readSchema.ts';
import { RuleSet } from './ruleSet.ts';
import type { Property, Schema, SchemaDocument, StringSchema } from './schema.ts';

const ANY_OBJECT: Schema = { kind: 'object', properties: [], additional: { kind: 'any' } };

/**
 * The grammar, in GBNF, of the JSON values that fit a JSON schema: properties in the schema's order, little white
 * space. An empty schema stands for any object. Source of the rules: common/json-schema-to-grammar.cpp of llama.cpp.
 *
 * Throws `invalid_request` for a schema that is malformed or asks for what a grammar cannot say.
 */
export function schemaToGrammar(json: unknown): string {
  const rules = new RuleSet();
  addSchema(json, '', rules);
  return rules.toGrammar();
}

/** Adds the rule of a schema to a grammar that has others, and returns its name: `name` or one like it, '' for the root. */
export function addSchema(json: unknown, name: string, rules: RuleSet): string {
  const document = readSchema(json);
  const isEmpty = document.root.kind === 'any' && Object.keys(json ?? {}).length === 0;
  return new Converter(document, rules).visit(isEmpty ? ANY_OBJECT : document.root, name);
}

class Converter {
  readonly rules: RuleSet;
  readonly #definitions: SchemaDocument['definitions'];
  /** Rule of each definition, from the moment that it is begun. */
  readonly #refs = new Map<string, string>();

  constructor(document: SchemaDocument, rules: RuleSet) {
    this.rules = rules;
    this.#definitions = document.definitions;
  }

  /** Adds the rule of `schema` and returns its name: for the root `root`, otherwise `name` or one like it. */
  visit(schema: Schema, name: string): string {
    const { rules } = this;
    const ruleName = name === '' ? 'root' : rules.isReserved(name) ? `${name}-` : name;
    switch (schema.kind) {
      case 'boolean':
      case 'null':
      case 'number':
        return rules.shared(schema.kind, ruleName === 'root' ? 'root' : schema.kind);
      case 'any':
        return rules.add(ruleName, rules.shared('value'));
      case 'ref':
        return rules.add(ruleName, this.#ref(schema.ref));
      case 'anyOf':
        return rules.add(ruleName, this.#alternatives(schema.schemas, name));
      case 'allOf':
        return rules.add(ruleName, this.#allOf(schema.schemas, name));
      case 'enum':
        return rules.add(ruleName, `(${schema.values.map(jsonLiteral).join(' | ')}) space`);
      case 'object':
        return schema.properties.length === 0 && schema.additional?.kind === 'any'
          ? rules.add(ruleName, rules.shared('object'))
          : rules.add(ruleName, this.#object(schema, name));
      case 'tuple':
        return rules.add(ruleName, this.#tuple(schema.items, name));
      case 'array': {
        const items = this.visit(schema.items, nested(name, 'item'));
        return rules.add(ruleName, `"[" space ${separated(items, schema.count, '"," space')} "]" space`);
      }
      case 'string':
        return this.#string(schema, ruleName);
      case 'integer':
        return schema.min === null && schema.max === null
          ? rules.shared('integer', ruleName === 'root' ? 'root' : 'integer')
          : rules.add(ruleName, `(${integerRange(schema.min, schema.max)}) space`);
      default:
        return assertNever(schema);
    }
  }

  #ref(ref: string): string {
    const known = this.#refs.get(ref);
    if (known !== undefined) return known;
    // Begun before it is done, for definitions that refer to themselves.
    const name = this.rules.reserve(`ref${ref.slice(1)}`);
    this.#refs.set(ref, name);
    this.rules.define(name, this.visit(this.#definition(ref), `${name}-schema`));
    return name;
  }

  #definition(ref: string): Schema {
    const definition = this.#definitions.get(ref);
    assert(definition !== undefined, () => `no definition of ${ref}`);
    return definition;
  }

  #alternatives(schemas: readonly Schema[], name: string): string {
    const prefix = name === '' ? 'alternative' : name;
    return schemas.map((schema, i) => this.visit(schema, `${prefix}-${i}`)).join(' | ');
  }

  #object(schema: { properties: readonly Property[]; additional: Schema | null }, name: string): string {
    return objectRule(schema, name, this.rules, (value, proposal) => this.visit(value, proposal));
  }

  #tuple(items: readonly Schema[], name: string): string {
    const rules = items.map((item, i) => this.visit(item, nested(name, `tuple-${i}`)));
    return `"[" space ${rules.join(' "," space ')} "]" space`;
  }

  #string({ pattern, format, length }: StringSchema, ruleName: string): string {
    const { rules } = this;
    if (pattern !== null) return rules.add(ruleName, patternRule(pattern, rules));
    if (format !== null) return rules.add(ruleName, rules.shared(format));
    if (length.min === 0 && length.max === Number.POSITIVE_INFINITY) {
      return rules.shared('string', ruleName === 'root' ? 'root' : 'string');
    }
    return rules.add(ruleName, `"\\"" ${repeated(rules.shared('char'), length)} "\\"" space`);
  }

  /**
   * All of several schemas at once, as far as llama.cpp takes it: the values that all enumerations share, or one object
   * with the properties of all. A part's properties are required, those of an `anyOf` among the parts are not.
   */
  #allOf(parts: readonly Schema[], name: string): string {
    const properties = new Map<string, Property>();
    const lists: string[][] = [];
    const add = (schema: Schema, isRequired: boolean, nRefs: number): void => {
      if (schema.kind === 'ref' && nRefs > 0) add(this.#definition(schema.ref), isRequired, nRefs - 1);
      else if (schema.kind === 'enum') lists.push(schema.values.map(jsonLiteral));
      else if (schema.kind === 'anyOf') for (const each of schema.schemas) add(each, false, nRefs);
      else if (schema.kind === 'object') {
        for (const property of schema.properties) {
          if (!properties.has(property.name)) properties.set(property.name, { ...property, isRequired });
        }
      }
    };
    for (const part of parts) add(part, true, this.#definitions.size);

    const [first = [], ...others] = lists;
    const shared = first.filter(value => others.every(list => list.includes(value)));
    if (shared.length > 0) return `(${shared.join(' | ')}) space`;
    return this.#object({ properties: [...properties.values()], additional: null }, name);
  }
}
