import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../util/packedStrings.ts';
import { type GgufValue, getBool, getNumber, getNumbers, getString, getStrings } from './index.ts';

const METADATA = new Map<string, GgufValue>([
  ['text', 'llama'],
  ['number', 3],
  ['big', 2n ** 60n],
  ['bool', false],
  ['texts', PackedStrings.of(['a', 'b'])],
  ['numbers', [1, 2]],
  ['empty', []],
  ['bigs', [1, 2n ** 60n]],
]);

describe('metadata getters', () => {
  it('return values of their type', () => {
    expect(getString(METADATA, 'text')).toBe('llama');
    expect(getNumber(METADATA, 'number')).toBe(3);
    expect(getBool(METADATA, 'bool')).toBe(false);
    expect([...getStrings(METADATA, 'texts')]).toEqual(['a', 'b']);
    expect(getNumbers(METADATA, 'numbers')).toEqual([1, 2]);
    expect(getNumbers(METADATA, 'empty')).toEqual([]);
  });

  it('return the fallback, even undefined, if the key is absent', () => {
    expect(getNumber(METADATA, 'absent', null)).toBe(null);
    expect(getString(METADATA, 'absent', undefined)).toBe(undefined);
    expect(getBool(METADATA, 'bool', true)).toBe(false);
  });

  const wrong: [string, () => unknown, RegExp][] = [
    ['an absent key', () => getString(METADATA, 'absent'), /"absent" is missing; it should be a string/],
    [
      'a number for a string',
      () => getString(METADATA, 'number'),
      /"number" should be a string but is the number 3/,
    ],
    [
      'a string for a number',
      () => getNumber(METADATA, 'text'),
      /"text" should be a number but is the string llama/,
    ],
    ['an inexact number', () => getNumber(METADATA, 'big'), /is the bigint 1152921504606846976/],
    ['a number for a bool', () => getBool(METADATA, 'number', true), /"number" should be a bool/],
    ['numbers for strings', () => getStrings(METADATA, 'numbers'), /"numbers" should be an array of strings/],
    [
      'strings for numbers',
      () => getNumbers(METADATA, 'texts'),
      /"texts" should be an array of numbers but is an array/,
    ],
    ['inexact numbers', () => getNumbers(METADATA, 'bigs'), /"bigs" should be an array of numbers/],
  ];
  it.each(wrong)('reject %s with the key', (_, get, message) => {
    expect(get).toThrow(
      expect.objectContaining({ code: 'invalid_gguf', message: expect.stringMatching(message) }),
    );
  });
});
