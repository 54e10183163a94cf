import { isJsonObject, type JsonObject } from '../../http/json.ts';

const JSON_TYPES = ['string', 'number', 'boolean', 'null', 'object', 'array'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

/** Part of a tool's schema, with the properties that notations other than JSON need. */
export class ToolSchema {
  /** Schema as given, and resolved with its references. */
  readonly #given: unknown;
  readonly #json: JsonObject;
  readonly #root: JsonObject;

  /** `root`: document that references refer to. */
  constructor(json: unknown, root: unknown = json) {
    this.#root = isJsonObject(root) ? root : {};
    this.#given = json;
    this.#json = resolved(json, this.#root);
  }

  /** Possible types of a value; all types if the schema does not restrict them. */
  get types(): ReadonlySet<JsonType> {
    return typesOf(this.#json, this.#root, new Map());
  }

  /** Allowed values if the schema lists them; null otherwise. */
  get choices(): readonly unknown[] | null {
    if (this.#json.const !== undefined) return [this.#json.const];
    return Array.isArray(this.#json.enum) ? this.#json.enum : null;
  }

  /** Schemas of which one must fit; empty if there are none. */
  get alternatives(): readonly ToolSchema[] {
    const { anyOf, oneOf } = this.#json;
    const schemas = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
    return schemas.map(each => new ToolSchema(each, this.#root));
  }

  /** Properties of an object, in the order of the schema. */
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

  /** Schema of an object's other properties; null if there may be none. */
  get additional(): ToolSchema | null {
    const { additionalProperties: additional, properties } = this.#json;
    if (isJsonObject(additional)) {
      return excludesAll(additional.not) ? null : new ToolSchema(additional, this.#root);
    }
    const isOpen = additional ?? !isJsonObject(properties);
    return isOpen === true ? ANYTHING : null;
  }

  /** Schema and number of an array's items. */
  get items(): { readonly schema: ToolSchema; readonly min: number; readonly max: number } {
    const { items, minItems, maxItems } = this.#json;
    return {
      schema: isJsonObject(items) ? new ToolSchema(items, this.#root) : ANYTHING,
      min: typeof minItems === 'number' ? minItems : 0,
      max: typeof maxItems === 'number' ? maxItems : Number.POSITIVE_INFINITY,
    };
  }

  /** Standalone schema, including referenced definitions. */
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
 * Resolves references and merges `allOf`. `known` holds the schemas visited so far, which add nothing, so recursive schemas end.
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

/** Merges two schemas: `properties` and `required` are combined; for other keywords the first schema wins. */
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

/** Resolves a reference into the document; undefined if it leads nowhere. */
function referred(ref: string, root: JsonObject): unknown {
  let target: unknown = root;
  for (const key of ref.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    target = isJsonObject(target) ? target[name] : undefined;
  }
  return ref.startsWith('#') ? target : undefined;
}

/** Computes the types of a schema. `known` caches types; a schema in progress contributes none. */
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
