import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { schemaError } from './errors.ts';
import type { Count, Property, Schema, SchemaDocument, StringFormat } from './schema.ts';

/** Schemas within schemas, and schemas in all: what a hostile request may make of a few bytes has an end. */
const MAX_DEPTH = 100;
const MAX_SCHEMAS = 5_000;
const INT64 = { min: -(2 ** 63), max: 2 ** 63 } as const;
const ANY: Schema = { kind: 'any' };

/**
 * Reads a JSON schema as llama.cpp does: `$ref` counts first, then `oneOf`/`anyOf`, a list of types, `const`, `enum`, and
 * at last the type; without one the keywords tell. Other keywords are ignored.
 *
 * Throws `invalid_request` with the place of what is wrong.
 */
export function readSchema(json: unknown): SchemaDocument {
  const reader = new SchemaReader(json);
  return { root: reader.read(json, '#', 0), definitions: reader.definitions };
}

class SchemaReader {
  readonly definitions = new Map<string, Schema>();
  readonly #root: unknown;
  #nSchemas = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  read(json: unknown, path: string, depth: number): Schema {
    if (!isJsonObject(json)) throw schemaError(path, 'schema must be an object');
    if (depth > MAX_DEPTH) throw schemaError(path, `more than ${MAX_DEPTH} schemas within each other`);
    if (++this.#nSchemas > MAX_SCHEMAS) throw schemaError(path, `more than ${MAX_SCHEMAS} schemas in all`);

    if (has(json, '$ref')) return this.#ref(json.$ref, path, depth);
    for (const key of ['oneOf', 'anyOf']) {
      if (has(json, key)) {
        return { kind: 'anyOf', schemas: this.#list(json[key], `${path}/${key}`, depth) };
      }
    }
    const { type } = json;
    if (Array.isArray(type)) {
      if (type.length === 0) throw schemaError(path, 'type must not be empty');
      const schemas = type.map((each, i) =>
        this.read({ ...json, type: each }, `${path}/type/${i}`, depth + 1),
      );
      return { kind: 'anyOf', schemas };
    }
    if (has(json, 'const')) return { kind: 'enum', values: [json.const] };
    if (has(json, 'enum')) {
      if (!Array.isArray(json.enum) || json.enum.length === 0) {
        throw schemaError(path, 'enum must be a non-empty array');
      }
      return { kind: 'enum', values: json.enum };
    }
    if (type !== undefined && type !== null && typeof type !== 'string') {
      throw schemaError(path, 'type must be a string or an array of strings');
    }
    return this.#ofType(typeof type === 'string' ? type : impliedType(json, path), json, path, depth);
  }

  #ofType(type: string, json: JsonObject, path: string, depth: number): Schema {
    switch (type) {
      case 'any':
      case 'number':
      case 'boolean':
      case 'null':
        // `any` is no type of JSON schema: it stands for a schema that says nothing.
        if (json.type === 'any') break;
        return { kind: type };
      case 'object':
        return !describesProperties(json) && has(json, 'allOf')
          ? this.#allOf(json.allOf, path, depth)
          : this.#object(json, path, depth);
      case 'string':
        return has(json, 'allOf') ? this.#allOf(json.allOf, path, depth) : stringSchema(json, path);
      case 'array':
        return this.#array(json, path, depth);
      case 'integer':
        return integerSchema(json, path);
    }
    throw schemaError(path, `unrecognized type ${type}`);
  }

  #ref(ref: unknown, path: string, depth: number): Schema {
    if (typeof ref !== 'string') throw schemaError(path, '$ref must be a string');
    if (!ref.startsWith('#/')) {
      throw schemaError(
        path,
        `unsupported $ref ${ref}, only references into the same document are supported`,
      );
    }
    if (!this.definitions.has(ref)) {
      // A schema that refers to itself must find its name taken.
      this.definitions.set(ref, ANY);
      this.definitions.set(ref, this.read(this.#resolve(ref, path), ref, depth + 1));
    }
    return { kind: 'ref', ref };
  }

  #resolve(ref: string, path: string): unknown {
    let target = this.#root;
    for (const key of ref.slice(2).split('/')) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      if (isJsonObject(target) && has(target, name)) target = target[name];
      else if (Array.isArray(target) && /^\d+$/.test(key) && Number(key) < target.length) {
        target = target[Number(key)];
      } else throw schemaError(path, `cannot resolve $ref ${ref}, ${key} not found`);
    }
    return target;
  }

  #list(json: unknown, path: string, depth: number): Schema[] {
    if (!Array.isArray(json)) throw schemaError(path, 'must be an array of schemas');
    if (json.length === 0) throw schemaError(path, 'must not be empty');
    return json.map((each, i) => this.read(each, `${path}/${i}`, depth + 1));
  }

  #allOf(json: unknown, path: string, depth: number): Schema {
    return { kind: 'allOf', schemas: this.#list(json, `${path}/allOf`, depth) };
  }

  #object(json: JsonObject, path: string, depth: number): Schema {
    const required = Array.isArray(json.required) ? json.required : [];
    const named = json.properties ?? {};
    if (!isJsonObject(named)) throw schemaError(path, 'properties must be an object');
    const properties = Object.entries(named).map(([name, schema]): Property => {
      const at = `${path}/properties/${name}`;
      return { name, schema: this.read(schema, at, depth + 1), isRequired: required.includes(name) };
    });
    return { kind: 'object', properties, additional: this.#additional(json, path, depth) };
  }

  /** Other properties than those named: none, unless the schema says so or names none. */
  #additional(json: JsonObject, path: string, depth: number): Schema | null {
    if (!has(json, 'additionalProperties')) return has(json, 'properties') ? null : ANY;
    const { additionalProperties: additional } = json;
    if (typeof additional === 'boolean') return additional ? ANY : null;
    if (isJsonObject(additional)) return this.read(additional, `${path}/additionalProperties`, depth + 1);
    throw schemaError(path, 'additionalProperties must be a boolean or a schema');
  }

  #array(json: JsonObject, path: string, depth: number): Schema {
    const key = has(json, 'items') ? 'items' : 'prefixItems';
    const items = json[key];
    if (Array.isArray(items)) {
      const each = items.map((item, i) => this.read(item, `${path}/${key}/${i}`, depth + 1));
      return { kind: 'tuple', items: each };
    }
    return {
      kind: 'array',
      items: has(json, key) ? this.read(items, `${path}/${key}`, depth + 1) : ANY,
      count: countOf(json, 'minItems', 'maxItems', path),
    };
  }
}

function impliedType(json: JsonObject, path: string): string {
  if (describesProperties(json) || has(json, 'allOf')) return 'object';
  if (has(json, 'items') || has(json, 'prefixItems')) return 'array';
  return has(json, 'pattern') || formatOf(json, path) !== null ? 'string' : 'any';
}

function describesProperties(json: JsonObject): boolean {
  return has(json, 'properties') || (has(json, 'additionalProperties') && json.additionalProperties !== true);
}

function stringSchema(json: JsonObject, path: string): Schema {
  const pattern = json.pattern ?? null;
  if (pattern !== null && typeof pattern !== 'string') throw schemaError(path, 'pattern must be a string');
  const length = countOf(json, 'minLength', 'maxLength', path);
  return { kind: 'string', pattern, format: formatOf(json, path), length };
}

function formatOf(json: JsonObject, path: string): StringFormat | null {
  const { format } = json;
  if (format === undefined) return null;
  if (typeof format !== 'string') throw schemaError(path, 'format must be a string');
  if (format === 'date' || format === 'time' || format === 'date-time') return format;
  return /^uuid[1-5]?$/.test(format) ? 'uuid' : null;
}

function countOf(json: JsonObject, minKey: string, maxKey: string, path: string): Count {
  const read = (key: string, fallback: number): number => {
    const value = json[key];
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw schemaError(path, `${key} must be a non-negative integer`);
  };
  const count = { min: read(minKey, 0), max: read(maxKey, Number.POSITIVE_INFINITY) };
  if (count.min > count.max) throw schemaError(path, `${minKey} must not be greater than ${maxKey}`);
  return count;
}

/** A fractional bound is rounded towards the integers it admits. */
function integerSchema(json: JsonObject, path: string): Schema {
  const bound = (key: string, round: (value: number) => number, step: bigint): bigint | null => {
    const value = json[key];
    if (value === undefined) return null;
    if (typeof value !== 'number') throw schemaError(path, `${key} must be a number`);
    // Beyond 64 bits there is nothing to bound.
    return value <= INT64.min || value >= INT64.max ? null : BigInt(round(value)) + step;
  };
  const min = bound('minimum', Math.ceil, 0n) ?? bound('exclusiveMinimum', Math.floor, 1n);
  const max = bound('maximum', Math.floor, 0n) ?? bound('exclusiveMaximum', Math.ceil, -1n);
  if (min !== null && max !== null && min > max) {
    throw schemaError(path, 'minimum must not be greater than maximum');
  }
  return { kind: 'integer', min, max };
}

function has(json: JsonObject, key: string): boolean {
  return Object.hasOwn(json, key);
}
