import { describe, expect, it } from 'vitest';
import { type GgufValue, openSource, readGguf, writeGguf } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import { Keys } from './keys.ts';

const EMPTY = await readGguf(await openSource(writeGguf({ metadata: {}, tensors: [] })));

/** Keys of a model with three blocks, the last of which predicts a further token, plus the given keys. */
function keysWith(given: Readonly<Record<string, GgufValue>>): Keys {
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', 'a'],
    ['a.block_count', 3],
    ['a.nextn_predict_layers', 1],
    ['a.embedding_length', 8],
    ...Object.entries(given),
  ]);
  return new Keys({ ...EMPTY, metadata });
}

describe('a number for each layer', () => {
  it.each<[string, GgufValue | undefined, readonly number[]]>([
    ['one number counts for all', 7, [7, 7]],
    ['an array has one for each block, of which the trunk is taken', [1, 2, 3], [1, 2]],
    ['an array may hold 0 where that is the fallback', [0, 2, 3], [0, 2]],
    ['the fallback counts where the key is absent', undefined, [0, 0]],
  ])('%s', (_, value, expected) => {
    const keys = keysWith(value === undefined ? {} : { 'a.x': value });
    expect(keys.counts('x', 0)).toEqual(expected);
  });

  it.each<[string, GgufValue, string]>([
    ['an array with too few', [1, 2], 'a.x is an array of 2, but the model has 3 blocks'],
    ['an array with too many', [1, 2, 3, 4], 'a.x is an array of 4, but the model has 3 blocks'],
    ['an empty array', [], 'a.x is an array of 0, but the model has 3 blocks'],
    ['an array of texts', PackedStrings.of(['1', '2', '3']), 'should be a number but is an array of 3'],
    ['an array of bools', [true, true, true], 'a.x holds true, which is of the wrong type'],
    ['a number that is too large to be exact', [2n ** 60n, 1, 1], 'which is of the wrong type'],
    ['a fraction', [1, 2.5, 3], 'a.x is 2.5, not a whole number'],
    ['a negative number', -1, 'a.x is -1, not a whole number'],
    ['a text', 'one', 'metadata key "a.x" should be a number'],
  ])('is refused as %s', (_, value, message) => {
    let error: unknown;
    try {
      keysWith({ 'a.x': value }).counts('x', 0);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ForetokenError);
    expect(error).toMatchObject({ code: 'invalid_gguf', message: expect.stringContaining(message) });
  });
});

describe('a number that is one for all', () => {
  it.each<[string, GgufValue, number]>([
    ['a number', 7, 7],
    ['an array of equal numbers', [7, 7, 7], 7],
  ])('is read from %s', (_, value, expected) => {
    expect(keysWith({ 'a.x': value }).count('x')).toBe(expected);
  });

  it.each<[string, GgufValue, string]>([
    ['an array of different numbers', [7, 8, 8], 'a.x is 7 in one block and 8 in another'],
    ['an array with too few', [7, 7], 'a.x is an array of 2, but the model has 3 blocks'],
    ['an array of equal fractions', [2.5, 2.5, 2.5], 'a.x is 2.5, not a whole number'],
  ])('is refused as %s', (_, value, message) => {
    expect(() => keysWith({ 'a.x': value }).count('x')).toThrow(message);
  });
});

describe('layers with a sliding window', () => {
  const key = 'a.attention.sliding_window_pattern';
  it.each<[string, Readonly<Record<string, GgufValue>>, readonly boolean[]]>([
    ['are all but every nth by default', {}, [true, false]],
    ['are all but every nth, as the key says', { [key]: 3 }, [true, true]],
    ['are none where every layer is the nth', { [key]: 1 }, [false, false]],
    ['are those of an array of bools', { [key]: [false, true, false] }, [false, true]],
    ['are those of an array of numbers that are not 0', { [key]: [0, 1, 0] }, [false, true]],
  ])('%s', (_, given, expected) => {
    expect(keysWith(given).windowed(2)).toEqual(expected);
  });
});

it.each<[string, Readonly<Record<string, GgufValue>>, string]>([
  [
    'all blocks predict further tokens',
    { 'a.nextn_predict_layers': 3 },
    '3 of 3 blocks predict further tokens',
  ],
  ['there are no blocks', { 'a.block_count': 0 }, 'a.block_count is 0, not a whole number from 1'],
])('a model is refused where %s', (_, given, message) => {
  expect(() => keysWith(given)).toThrow(message);
});
