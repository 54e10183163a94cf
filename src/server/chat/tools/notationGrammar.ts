import { assertNever } from '../../../util/assert.ts';
import { jsonLiteral, literal, repeated } from '../../params/jsonSchema/notation.ts';
import type { RuleSet } from '../../params/jsonSchema/ruleSet.ts';
import { valueRule } from './schemaRule.ts';
import { type Member, sequence } from './sequence.ts';
import type { PairsNotation, TaggedNotation, ValueNotation } from './toolFormat.ts';
import { type JsonType, jsonTypeOf, type ToolSchema } from './toolSchema.ts';
import { untilMark } from './untilMark.ts';

/** Adds the rule of arguments as a sequence of elements, and returns its body. */
export function taggedArguments(
  { keyOpen, keyClose, jsonKeyClose, valueClose }: TaggedNotation,
  schema: ToolSchema,
  name: string,
  rules: RuleSet,
): string {
  const close = literal(valueClose.trim());
  const element = (key: string, value: ToolSchema, rule: string): string => {
    const opened = (mark: string) => `${literal(keyOpen)} ${key} ${literal(mark.trim())}`;
    const ways: string[] = [];
    const { types, choices } = value;
    if (choices !== null) {
      const texts = choices.map(choice =>
        literal(typeof choice === 'string' ? choice : JSON.stringify(choice)),
      );
      ways.push(`${opened(keyClose)} space (${texts.join(' | ')}) space ${close} space`);
    } else if (types.has('string')) {
      ways.push(`${opened(keyClose)} ${untilMark(valueClose.trim(), rules)} space`);
    }
    if (choices === null && (!types.has('string') || keyClose !== jsonKeyClose)) {
      const json = valueRule(value, `${rule}-value`, rules);
      ways.push(
        `${opened(jsonKeyClose)} space (${[json, ...pythonWords(types)].join(' | ')}) ${close} space`,
      );
    }
    return ways.join(' | ');
  };
  return sequence(membersOf(schema, `[^${'<>"\\n'}]{1,64}`, literal, element, name, rules), '', name, rules);
}

/** Python's spellings of null, true and false: templates print these, and models imitate them. */
function pythonWords(types: ReadonlySet<JsonType>): readonly string[] {
  const words = [...(types.has('boolean') ? ['True', 'False'] : []), ...(types.has('null') ? ['None'] : [])];
  return words.map(word => `${literal(word)} space`);
}

/** Adds the rule of arguments as names and values, and returns its body. */
export function pairedArguments(
  { assign, values }: PairsNotation,
  schema: ToolSchema,
  name: string,
  rules: RuleSet,
): string {
  const writer = new ValueWriter(values, rules);
  return writer.members(schema, name, `${literal(assign)} space`, key => `${literal(key)} space`, WORD);
}

const WORD = '[a-zA-Z_] [a-zA-Z0-9_]{0,63} space';
/** Limits of nesting and of the number of values: a schema that refers to itself has infinitely many. */
const MAX_DEPTH = 12;
const MAX_VALUES = 1000;

/** Builds the rules of values in a notation other than JSON. */
class ValueWriter {
  readonly #notation: ValueNotation;
  readonly #rules: RuleSet;
  #nValues = 0;

  constructor(notation: ValueNotation, rules: RuleSet) {
    this.#notation = notation;
    this.#rules = rules;
  }

  members(
    schema: ToolSchema,
    name: string,
    assign: string,
    writeKey: (key: string) => string,
    otherKey: string,
    depth = 0,
  ): string {
    const pair = (key: string, value: ToolSchema, rule: string) =>
      `${key} ${assign} ${this.#value(value, `${rule}-value`, depth)}`;
    const members = membersOf(schema, otherKey, writeKey, pair, name, this.#rules);
    return sequence(members, '"," space', name, this.#rules);
  }

  #value(schema: ToolSchema, name: string, depth: number): string {
    if (depth > MAX_DEPTH || ++this.#nValues > MAX_VALUES) return this.#anything();
    const { types, choices, alternatives } = schema;
    if (choices !== null) return `(${choices.map(choice => this.#literal(choice)).join(' | ')}) space`;
    if (alternatives.length > 0) {
      const ways = alternatives.map((each, i) => this.#value(each, `${name}-${i}`, depth + 1));
      return `(${ways.map(way => `(${way})`).join(' | ')})`;
    }
    if (types.size > 4 || types.size === 0) return this.#anything();
    const ways = [...types].map(type => this.#ofType(type, schema, name, depth));
    return this.#rules.add(name, ways.join(' | '));
  }

  #ofType(type: JsonType, schema: ToolSchema, name: string, depth: number): string {
    switch (type) {
      case 'string':
        return this.#text();
      case 'number':
        return valueRule(schema, `${name}-number`, this.#rules, 'number');
      case 'boolean':
      case 'null':
        return this.#words(type);
      case 'array':
        return this.#array(schema, name, depth);
      case 'object':
        return this.#object(schema, name, depth);
      default:
        return assertNever(type);
    }
  }

  #array(schema: ToolSchema, name: string, depth: number): string {
    const { schema: each, min, max } = schema.items;
    const item = this.#rules.add(`${name}-item`, this.#value(each, `${name}-each`, depth + 1));
    if (max < 1) return '"[" space "]" space';
    const others = repeated(`("," space ${item})`, { min: Math.max(0, min - 1), max: max - 1 });
    return `"[" space (${item} ${others})${min < 1 ? '?' : ''} "]" space`;
  }

  #object(schema: ToolSchema, name: string, depth: number): string {
    const write = (key: string) =>
      this.#notation.hasBareKeys ? `${literal(key)} space` : `(${this.#literal(key)}) space`;
    const other = this.#notation.hasBareKeys ? WORD : this.#text();
    const body = this.members(schema, `${name}-in`, '":" space', write, other, depth + 1);
    return `"{" space (${body}) "}" space`;
  }

  #anything(): string {
    const { hasBareKeys } = this.#notation;
    const any = 'notated-value';
    if (this.#rules.has(any)) return any;
    this.#rules.reserve(any);
    const key = hasBareKeys ? WORD : this.#text();
    const list = (item: string) => `(${item} ("," space ${item})*)?`;
    const member = this.#rules.add('notated-member', `${key} ":" space ${any}`);
    this.#rules.define(
      any,
      [
        this.#text(),
        this.#rules.shared('number'),
        this.#words('boolean'),
        this.#words('null'),
        `"[" space ${list(any)} "]" space`,
        `"{" space ${list(member)} "}" space`,
      ].join(' | '),
    );
    return any;
  }

  /** Rule of any text: in the notation's quotes, or in JSON's if backslashes escape. */
  #text(): string {
    const { quotes, hasEscapes } = this.#notation;
    const [quote] = quotes;
    if (!hasEscapes) {
      return this.#rules.add('notated-text', `${literal(quote)} ${untilMark(quote, this.#rules)} space`);
    }
    const char = `[^'\\\\\\x00-\\x1F\\x7F] | "\\\\" ['"\\\\bfnrt]`;
    const single = `"'" (${char})* "'" space`;
    return this.#rules.add('notated-text', `${single} | ${this.#rules.shared('string')}`);
  }

  #words(type: 'boolean' | 'null'): string {
    const { words } = this.#notation;
    const names = type === 'null' ? [words.null, 'null'] : [words.true, words.false, 'true', 'false'];
    return this.#rules.add(`notated-${type}`, `(${[...new Set(names)].map(literal).join(' | ')}) space`);
  }

  /** Rule of one fixed value, in JSON's quotes and in the notation's. */
  #literal(value: unknown): string {
    const { quotes, hasEscapes, words } = this.#notation;
    switch (jsonTypeOf(value)) {
      case 'string': {
        const text = String(value);
        if (!hasEscapes) return literal(`${quotes[0]}${text}${quotes[0]}`);
        const single = `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
        return `${jsonLiteral(text)} | ${literal(single)}`;
      }
      case 'boolean':
        return literal(value === true ? words.true : words.false);
      case 'null':
        return literal(words.null);
      default:
        return jsonLiteral(value);
    }
  }
}

/** Rules of an object's properties. Other properties follow them, with any key that `otherKey` allows. */
function membersOf(
  schema: ToolSchema,
  otherKey: string,
  writeKey: (key: string) => string,
  write: (key: string, value: ToolSchema, rule: string) => string,
  name: string,
  rules: RuleSet,
): Member[] {
  const members = schema.properties.map(({ name: key, schema: value, isRequired }, i): Member => {
    const rule = `${name}-${i}`;
    return { rule: rules.add(rule, write(writeKey(key), value, rule)), isRequired };
  });
  const { additional } = schema;
  if (additional === null) return members;
  const rule = rules.add(`${name}-other`, write(otherKey, additional, `${name}-other`));
  return [...members, { rule, isRequired: false, mayRepeat: true }];
}
