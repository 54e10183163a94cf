import { ForetokenError } from '../util/errors.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import type { GgufMetadata, GgufValue } from './types.ts';

/** Returns the string at a key, or the fallback if it is absent. Throws `invalid_gguf` for another type or no fallback. */
export function getString<F = never>(
  metadata: GgufMetadata,
  key: string,
  ...fallback: readonly F[]
): string | F {
  return get(metadata, key, 'a string', isString, fallback);
}

/** Returns the number at a key, of any numeric type, 64-bit ones up to 2^53; otherwise like `getString`. */
export function getNumber<F = never>(
  metadata: GgufMetadata,
  key: string,
  ...fallback: readonly F[]
): number | F {
  return get(metadata, key, 'a number', isNumber, fallback);
}

/** Returns the boolean at a key; otherwise like `getString`. */
export function getBool<F = never>(
  metadata: GgufMetadata,
  key: string,
  ...fallback: readonly F[]
): boolean | F {
  return get(metadata, key, 'a bool', isBool, fallback);
}

/** Returns the strings at a key, packed as they are in the file; otherwise like `getString`. */
export function getStrings<F = never>(
  metadata: GgufMetadata,
  key: string,
  ...fallback: readonly F[]
): PackedStrings | F {
  return get(metadata, key, 'an array of strings', isStrings, fallback);
}

/** Returns the numbers at a key; otherwise like `getString`. */
export function getNumbers<F = never>(
  metadata: GgufMetadata,
  key: string,
  ...fallback: readonly F[]
): readonly number[] | F {
  return get(metadata, key, 'an array of numbers', isNumbers, fallback);
}

function get<T extends GgufValue, F>(
  metadata: GgufMetadata,
  key: string,
  expected: string,
  accepts: (value: GgufValue) => value is T,
  fallback: readonly F[],
): T | F {
  const value = metadata.get(key);
  if (value === undefined) {
    if (fallback.length > 0) return fallback[0];
    throw new ForetokenError('invalid_gguf', `metadata key "${key}" is missing; it should be ${expected}`, {
      key,
    });
  }
  if (accepts(value)) return value;
  const isArray = Array.isArray(value) || value instanceof PackedStrings;
  const found = isArray ? `an array of ${value.length}` : `the ${typeof value} ${String(value)}`;
  throw new ForetokenError('invalid_gguf', `metadata key "${key}" should be ${expected} but is ${found}`, {
    key,
  });
}

function isString(value: GgufValue): value is string {
  return typeof value === 'string';
}

function isNumber(value: GgufValue): value is number {
  return typeof value === 'number';
}

function isBool(value: GgufValue): value is boolean {
  return typeof value === 'boolean';
}

function isStrings(value: GgufValue): value is PackedStrings {
  return value instanceof PackedStrings;
}

function isNumbers(value: GgufValue): value is readonly number[] {
  return Array.isArray(value) && value.every(isNumber);
}
