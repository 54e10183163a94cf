import { ForetokenError } from '../util/errors.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import type { GgufMetadata, GgufValue } from './types.ts';

// Typed access to metadata. Each getter throws `invalid_gguf` with the key if the value has another type, or if the key is absent
// and there is no fallback.

export function getString(metadata: GgufMetadata, key: string): string;
export function getString<F>(metadata: GgufMetadata, key: string, fallback: F): string | F;
export function getString(metadata: GgufMetadata, key: string, ...fallback: unknown[]): unknown {
  return get(metadata, key, 'a string', isString, fallback);
}

/** Accepts any numeric type, 64-bit ones up to 2^53. */
export function getNumber(metadata: GgufMetadata, key: string): number;
export function getNumber<F>(metadata: GgufMetadata, key: string, fallback: F): number | F;
export function getNumber(metadata: GgufMetadata, key: string, ...fallback: unknown[]): unknown {
  return get(metadata, key, 'a number', isNumber, fallback);
}

export function getBool(metadata: GgufMetadata, key: string): boolean;
export function getBool<F>(metadata: GgufMetadata, key: string, fallback: F): boolean | F;
export function getBool(metadata: GgufMetadata, key: string, ...fallback: unknown[]): unknown {
  return get(metadata, key, 'a bool', value => typeof value === 'boolean', fallback);
}

export function getStrings(metadata: GgufMetadata, key: string): PackedStrings;
export function getStrings<F>(metadata: GgufMetadata, key: string, fallback: F): PackedStrings | F;
export function getStrings(metadata: GgufMetadata, key: string, ...fallback: unknown[]): unknown {
  return get(metadata, key, 'an array of strings', value => value instanceof PackedStrings, fallback);
}

export function getNumbers(metadata: GgufMetadata, key: string): readonly number[];
export function getNumbers<F>(metadata: GgufMetadata, key: string, fallback: F): readonly number[] | F;
export function getNumbers(metadata: GgufMetadata, key: string, ...fallback: unknown[]): unknown {
  const isNumbers = (value: GgufValue) => Array.isArray(value) && value.every(isNumber);
  return get(metadata, key, 'an array of numbers', isNumbers, fallback);
}

function get(
  metadata: GgufMetadata,
  key: string,
  expected: string,
  accepts: (value: GgufValue) => boolean,
  fallback: readonly unknown[],
): unknown {
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
