import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { schemaError } from './errors.ts';
import type { Place } from './formula.ts';
import { pointer } from './pointer.ts';

/** Keywords of a schema, and the place of the schema. A keyword with the value null counts as absent. */
export class Keywords {
  readonly json: JsonObject;
  readonly path: string;

  constructor(json: JsonObject, path: string) {
    this.json = json;
    this.path = path;
  }

  has(keyword: string): boolean {
    return Object.hasOwn(this.json, keyword) && this.json[keyword] !== null;
  }

  get(keyword: string): unknown {
    return this.has(keyword) ? this.json[keyword] : undefined;
  }

  /** Position of the first of `keywords` that the schema has; Infinity if it has none. A `const` may be null. */
  indexOf(keywords: readonly string[]): number {
    const index = Object.keys(this.json).findIndex(
      key => keywords.includes(key) && (this.has(key) || key === 'const'),
    );
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  }

  error(message: string): Error {
    return schemaError(this.path, message);
  }

  string(keyword: string): string | null {
    const value = this.get(keyword);
    if (value === undefined) return null;
    if (typeof value !== 'string') throw this.error(`${keyword} must be a string`);
    return value;
  }

  number(keyword: string): number | null {
    const value = this.get(keyword);
    if (value === undefined) return null;
    if (typeof value !== 'number') throw this.error(`${keyword} must be a number`);
    return value;
  }

  /** Reads a keyword that holds a count. */
  count(keyword: string, fallback: number): number {
    const value = this.get(keyword);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw this.error(`${keyword} must be a non-negative integer`);
  }

  /** Place of a schema inside this one; `tokens` are the pointer from here to it. */
  place(json: unknown, ...tokens: readonly (string | number)[]): Place {
    const path = pointer(this.path, ...tokens);
    if (!isJsonObject(json) && typeof json !== 'boolean') {
      throw schemaError(path, 'schema must be an object or a boolean');
    }
    return { json, path, isNegated: false };
  }

  /** Reads a keyword that holds a schema. */
  schema(keyword: string): Place | null {
    const value = this.get(keyword);
    return value === undefined ? null : this.place(value, keyword);
  }

  /** Reads a keyword that holds a list of schemas. Some authors write an empty list for an absent keyword, so it returns none. */
  schemas(keyword: string): Place[] {
    const value = this.get(keyword);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.error(`${keyword} must be an array of schemas`);
    return value.map((each, i) => this.place(each, keyword, i));
  }

  /** Reads a keyword that maps names to schemas; a null among them demands nothing. */
  named(keyword: string): Map<string, Place> {
    return new Map(
      this.entries(keyword).map(([name, value]) => [name, this.place(value ?? true, keyword, name)] as const),
    );
  }

  entries(keyword: string): (readonly [string, unknown])[] {
    const value = this.get(keyword);
    if (value === undefined) return [];
    if (!isJsonObject(value)) throw this.error(`${keyword} must be an object`);
    return Object.entries(value);
  }
}
