import { describe, expect, it } from 'vitest';
import { optionsKey } from './optionsKey.ts';

const MODEL = 'https://example.com/model.gguf';
const file = (bytes: number[], size = 2 ** 20) =>
  new Blob([Uint8Array.from({ length: size }, (_, i) => bytes[i] ?? 0)]);

describe('the key of options', () => {
  it.each([
    ['their order', { model: MODEL, nCtx: 64, seed: 1 }, { seed: 1, nCtx: 64, model: MODEL }],
    ['fields that are undefined', { model: MODEL }, { model: MODEL, nCtx: undefined }],
    ['another file with the same bytes', { model: file([1]) }, { model: file([1]) }],
  ])('does not depend on %s', async (_, a, b) => {
    expect(await optionsKey(a)).toBe(await optionsKey(b as typeof a));
  });

  it.each([
    ['a value', { model: MODEL, nCtx: 64 }, { model: MODEL, nCtx: 65 }],
    [
      'a value within an object',
      { model: MODEL, requestDefaults: { a: 1 } },
      { model: MODEL, requestDefaults: {} },
    ],
    ['the model', { model: MODEL }, { model: `${MODEL}?` }],
    ['the order of a list', { model: MODEL, alias: ['a', 'b'] }, { model: MODEL, alias: ['b', 'a'] }],
    ['the bytes of a file', { model: file([1]) }, { model: file([2]) }],
    ['the size of a file', { model: file([]) }, { model: file([], 2 ** 20 + 1) }],
  ])('depends on %s', async (_, a, b) => {
    expect(await optionsKey(a)).not.toBe(await optionsKey(b));
  });

  it('does not show what the options are', async () => {
    expect(await optionsKey({ model: MODEL, apiKeys: ['secret'] })).toMatch(/^[0-9a-f]{64}$/);
  });
});
