import { isJsonObject, type JsonObject } from '../../http/json.ts';

const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'object', 'array'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

/** A part of a tool's schema, as far as notations other than JSON need to know it. */
export class ToolSchema {
  /** As it is given, and with all that it refers to. */
  readonly #given: unknown;
  readonly #json: JsonObject;
  readonly #root: JsonObject;

  /** `root`: where references begin. */
  constructor(json: unknown, root: unknown = json) {
    this.#root = isJsonObject(root) ? root : {};
    this.#given = json;
    this.#json = resolved(json, this.#root);
  }

  /** The types that a value may have; all of them where the schema says nothing. */
  get types(): ReadonlySet<JsonType> {
    return typesOf(this.#json, this.#root, new Map());
  }

  /** The only values that there may be; null where they are not listed. */
  get choices(): readonly unknown[] | null {
    if (this.#json.const !== undefined) return [this.#json.const];
    return Array.isArray(this.#json.enum) ? this.#json.enum : null;
  }

  /** Schemas of which one has to hold; empty where there are none. */
  get alternatives(): readonly ToolSchema[] {
    const { anyOf, oneOf } = this.#json;
    const schemas = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
    return schemas.map(each => new ToolSchema(each, this.#root));
  }

  /** Of an object: its properties in the order of the schema. */
  get properties(): readonly ToolProperty[] {
    const { properties, required } = this.#json;
    const names = Array.isArray(required) ? required : [];
    return Object.entries(isJsonObject(properties) ? properties : {})
      .filter(([, json]) => json !== false)
      .map(([name, json]) => ({
        name,
        schema: new ToolSchema(json, this.#root),
        isRequired: names.includes(name),
      }));
  }

  property(name: string): ToolSchema {
    return this.properties.find(property => property.name === name)?.schema ?? this.additional ?? ANYTHING;
  }

  /** Of an object: what other properties have to be; null where there may be none. */
  get additional(): ToolSchema | null {
    const { additionalProperties: additional, properties } = this.#json;
    if (isJsonObject(additional)) {
      return excludesAll(additional.not) ? null : new ToolSchema(additional, this.#root);
    }
    const isOpen = additional ?? !isJsonObject(properties);
    return isOpen === true ? ANYTHING : null;
  }

  /** Of an array: what its items have to be, and how many there may be. */
  get items(): { readonly schema: ToolSchema; readonly min: number; readonly max: number } {
    const { items, minItems, maxItems } = this.#json;
    return {
      schema: isJsonObject(items) ? new ToolSchema(items, this.#root) : ANYTHING,
      min: typeof minItems === 'number' ? minItems : 0,
      max: typeof maxItems === 'number' ? maxItems : Number.POSITIVE_INFINITY,
    };
  }

  /** The schema by itself, with what it may refer to. */
  toJson(): JsonObject {
    const { $defs, definitions } = this.#root;
    return {
      ...(isJsonObject(this.#given) && this.#given),
      ...(isJsonObject($defs) && { $defs }),
      ...(isJsonObject(definitions) && { definitions }),
    };
  }
}

export interface ToolProperty {
  readonly name: string;
  readonly schema: ToolSchema;
  readonly isRequired: boolean;
}

const ANYTHING = new ToolSchema({});

/**
 * A schema with what it refers to, and with the parts of which all have to hold. One that was met before, `known`, adds
 * nothing: so schemas that refer to themselves have an end.
 */
function resolved(json: unknown, root: JsonObject, known = new Set<unknown>()): JsonObject {
  if (!isJsonObject(json) || known.has(json)) return {};
  known.add(json);
  const { $ref, allOf, ...own } = json;
  const parts = [
    ...(typeof $ref === 'string' ? [referred($ref, root)] : []),
    ...(Array.isArray(allOf) ? allOf : []),
  ];
  return parts.map(part => resolved(part, root, known)).reduce(merged, own);
}

/** Both of two schemas, as far as objects go; of other keywords the first one's counts. */
function merged(first: JsonObject, second: JsonObject): JsonObject {
  const [own, others] = [first.properties, second.properties];
  const required = [first.required, second.required].flatMap(names => (Array.isArray(names) ? names : []));
  return {
    ...second,
    ...first,
    ...((isJsonObject(own) || isJsonObject(others)) && {
      properties: { ...(isJsonObject(others) && others), ...(isJsonObject(own) && own) },
    }),
    ...(required.length > 0 && { required }),
  };
}

function excludesAll(not: unknown): boolean {
  return not === true || (isJsonObject(not) && Object.keys(not).length === 0);
}

/** What a reference into the document refers to; undefined for nothing. */
function referred(ref: string, root: JsonObject): unknown {
  let target: unknown = root;
  for (const key of ref.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    target = isJsonObject(target) ? target[name] : undefined;
  }
  return ref.startsWith('#') ? target : undefined;
}

/** `known`: types of schemas that were met before; none while they are being found out, which adds none to a choice. */
function typesOf(
  json: unknown,
  root: JsonObject,
  known: Map<unknown, ReadonlySet<JsonType>>,
): ReadonlySet<JsonType> {
  const before = known.get(json);
  if (before !== undefined) return before;
  known.set(json, new Set());
  const { type, const: only, enum: listed, anyOf, oneOf, properties, nullable } = resolved(json, root);
  const parts: ReadonlySet<JsonType>[] = [];
  if (type !== undefined && type !== null) {
    const named = new Set((Array.isArray(type) ? type : [type]).flatMap(typeNamed));
    if (nullable === true) named.add('null');
    parts.push(named);
  }
  if (only !== undefined) parts.push(new Set([jsonTypeOf(only)]));
  if (Array.isArray(listed)) parts.push(new Set(listed.map(jsonTypeOf)));
  for (const some of [anyOf, oneOf]) {
    if (!Array.isArray(some)) continue;
    parts.push(new Set(some.flatMap(schema => [...typesOf(schema, root, known)])));
  }
  if (parts.length === 0 && isJsonObject(properties)) parts.push(new Set(['object']));
  const types = new Set(JSON_TYPES.filter(name => parts.every(part => part.has(name))));
  known.set(json, types);
  return types;
}

function typeNamed(name: unknown): JsonType[] {
  if (name === 'integer') return ['number'];
  return JSON_TYPES.filter(type => type === name);
}
