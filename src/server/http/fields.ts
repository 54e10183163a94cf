import { ForetokenError } from '../../util/errors.ts';
import { type JsonObject, jsonTypeName } from './json.ts';

/** Field of a request: its names in order of precedence, its default, and its reader. */
export interface Field<T> {
  readonly names: readonly [string, ...string[]];
  readonly fallback: T;
  /** `name` is the name that the request used, for error messages. */
  read(value: unknown, name: string): T;
}

/** Fields in order of evaluation. */
export type FieldTable = Readonly<Record<string, Field<unknown>>>;
export type FieldValues<Table extends FieldTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Field<infer T> ? T : never;
};

/** A `hard` range refuses outside values, a `soft` range clamps them. Both ends are included. */
export interface Range {
  readonly kind: 'hard' | 'soft';
  readonly min: number;
  readonly max: number;
}

export const INT32_MAX = 2 ** 31 - 1;

export function hard(min: number, max = INT32_MAX): Range {
  return { kind: 'hard', min, max };
}

export function soft(min: number, max = INT32_MAX): Range {
  return { kind: 'soft', min, max };
}

/** Error of a field's value, in llama-server's words. */
export function fieldError(name: string, message: string): ForetokenError {
  return new ForetokenError('invalid_request', `Field '${name}': ${message}`);
}

/** Error of a value of the wrong JSON type, in llama-server's words. */
export function wrongType(name: string, expected: string, value: unknown): ForetokenError {
  return fieldError(
    name,
    `[json.exception.type_error.302] type must be ${expected}, but is ${jsonTypeName(value)}`,
  );
}

/**
 * Reads every field of `table` from `body`. The first name with a value other than null wins; without one the default applies. A
 * dotted name is looked up literally first, then as a path. Throws `invalid_request` for the first faulty field.
 */
export function readFields<Table extends FieldTable>(table: Table, body: JsonObject): FieldValues<Table> {
  const values = Object.entries(table).map(([key, field]) => [key, readField(field, body)]);
  return Object.fromEntries(values) as FieldValues<Table>;
}

/** Replaces defaults of `table`, by the field names of requests. Throws `invalid_option` for unknown names. */
export function withFallbacks<Table extends FieldTable>(table: Table, defaults: JsonObject): Table {
  const names = new Set(Object.values(table).flatMap(field => field.names));
  const unknown = Object.keys(defaults).find(name => !names.has(name));
  if (unknown !== undefined) {
    throw new ForetokenError('invalid_option', `requestDefaults: requests have no field '${unknown}'`);
  }
  const fields = Object.entries(table).map(([key, field]) => [
    key,
    { ...field, fallback: readDefault(field, defaults) },
  ]);
  return Object.fromEntries(fields) as Table;
}

function readDefault(field: Field<unknown>, defaults: JsonObject): unknown {
  try {
    return readField(field, defaults);
  } catch (error) {
    const { message } = ForetokenError.from(error);
    throw new ForetokenError('invalid_option', `requestDefaults: ${message}`);
  }
}

function readField<T>(field: Field<T>, body: JsonObject): T {
  for (const name of field.names) {
    const value = lookUp(body, name) ?? lookUp(body, ...name.split('.'));
    if (value !== undefined && value !== null) return field.read(value, name);
  }
  return field.fallback;
}

function lookUp(body: JsonObject, ...path: readonly string[]): unknown {
  let value: unknown = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

type Names = string | readonly [string, ...string[]];

function namesOf(names: Names): readonly [string, ...string[]] {
  return typeof names === 'string' ? [names] : names;
}

/** Reads `true` or `false`, nothing else. */
export function boolean(names: Names, fallback: boolean): Field<boolean> {
  return {
    names: namesOf(names),
    fallback,
    read(value, name) {
      if (typeof value !== 'boolean') throw wrongType(name, 'boolean', value);
      return value;
    },
  };
}

/** Reads a whole number. As in llama-server, fractions are cut off, and true and false are 1 and 0. */
export function integer(names: Names, fallback: number, range?: Range): Field<number> {
  return {
    names: namesOf(names),
    fallback,
    read: (value, name) => withinRange(Math.trunc(readNumber(value, name)) + 0, name, range, String),
  };
}

/** Reads a number that fits a float32, the type that samplers compute in; true and false are 1 and 0. */
export function float(names: Names, fallback: number, range?: Range): Field<number> {
  return {
    names: namesOf(names),
    fallback,
    read(value, name) {
      const number = withinRange(readNumber(value, name), name, range, x => x.toFixed(6));
      if (!Number.isFinite(Math.fround(number))) throw tooLarge(name);
      return number;
    },
  };
}

function readNumber(value: unknown, name: string): number {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'number') throw wrongType(name, 'number', value);
  if (!Number.isFinite(value)) throw tooLarge(name);
  return value;
}

function tooLarge(name: string): ForetokenError {
  return fieldError(name, 'the number is too large');
}

function withinRange(value: number, name: string, range: Range | undefined, show: (x: number) => string) {
  if (range === undefined) return value;
  const { kind, min, max } = range;
  if (kind === 'soft') return Math.min(Math.max(value, min), max);
  if (value >= min && value <= max) return value;
  throw fieldError(
    name,
    `Value must be between ${show(min)} <= value <= ${show(max)}, but got ${show(value)}`,
  );
}
