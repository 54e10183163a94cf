import { isJsonObject, type JsonObject } from '../../http/json.ts';

const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'object', 'array'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** References within references that are followed. */
const MAX_DEPTH = 20;

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

/** A part of a tool's schema, as far as notations other than JSON need to know it. */
export class ToolSchema {
  readonly #json: JsonObject;
  readonly #root: JsonObject;

  /** `root`: where references begin. */
  constructor(json: unknown, root: unknown = json) {
    this.#root = isJsonObject(root) ? root : {};
    this.#json = resolved(json, this.#root);
  }

  /** The types that a value may have; all of them where the schema says nothing. */
  get types(): ReadonlySet<JsonType> {
    return typesOf(this.#json, this.#root, 0);
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
    return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, json]) => ({
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
    if (isJsonObject(additional)) return new ToolSchema(additional, this.#root);
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
      ...this.#json,
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

function resolved(json: unknown, root: JsonObject): JsonObject {
  let schema = json;
  for (let n = 0; n < MAX_DEPTH && isJsonObject(schema) && typeof schema.$ref === 'string'; n++) {
    const { $ref, ...beside } = schema;
    const target = referred(String($ref), root);
    schema = isJsonObject(target) ? { ...target, ...beside } : beside;
  }
  return isJsonObject(schema) ? schema : {};
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

function typesOf(json: unknown, root: JsonObject, depth: number): ReadonlySet<JsonType> {
  if (depth > MAX_DEPTH) return new Set(JSON_TYPES);
  const { type, const: only, enum: listed, anyOf, oneOf, allOf, properties, nullable } = resolved(json, root);
  const parts: ReadonlySet<JsonType>[] = [];
  const each = (schemas: readonly unknown[]) => schemas.map(schema => typesOf(schema, root, depth + 1));
  if (type !== undefined && type !== null) {
    const named = new Set((Array.isArray(type) ? type : [type]).flatMap(typeNamed));
    if (nullable === true) named.add('null');
    parts.push(named);
  }
  if (only !== undefined) parts.push(new Set([jsonTypeOf(only)]));
  if (Array.isArray(listed)) parts.push(new Set(listed.map(jsonTypeOf)));
  for (const some of [anyOf, oneOf]) {
    if (Array.isArray(some)) parts.push(new Set(each(some).flatMap(types => [...types])));
  }
  if (Array.isArray(allOf)) parts.push(...each(allOf));
  if (parts.length === 0 && isJsonObject(properties)) parts.push(new Set(['object']));
  return new Set(JSON_TYPES.filter(name => parts.every(part => part.has(name))));
}

function typeNamed(name: unknown): JsonType[] {
  if (name === 'integer') return ['number'];
  return JSON_TYPES.filter(type => type === name);
}
