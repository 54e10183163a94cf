import { readFileSync } from 'node:fs';
import { ForetokenError } from '../../util/errors.ts';
import { invalidValue } from './flag.ts';

/** Reads a whole number in decimal digits. */
export function wholeNumber(text: string, name: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw invalidValue(text, name, 'a whole number');
  return Number(text);
}

export function anyNumber(text: string, name: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text))) throw invalidValue(text, name, 'a number');
  return Number(text);
}

export function asIs(text: string): string {
  return text;
}

/** Reads one of `words`. */
export function oneOf<Word extends string>(...words: readonly Word[]) {
  return (text: string, name: string): Word => {
    const word = words.find(candidate => candidate === text);
    if (word === undefined) throw invalidValue(text, name, words.join(' or '));
    return word;
  };
}

/** Splits at commas and drops empty parts. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}

export function json(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidValue(text, name, 'JSON');
  }
}

export function jsonObject(text: string, name: string): Readonly<Record<string, unknown>> {
  const value = json(text, name);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalidValue(text, name, 'a JSON object');
}

/** Reads the text of the file that the argument names. */
export function fileText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ForetokenError(
      'invalid_option',
      `cannot read the file after ${name}: ${path}; check the path`,
      {},
      { cause },
    );
  }
}
