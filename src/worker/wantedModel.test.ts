import { expect, it } from 'vitest';
import { wantedModel } from './wantedModel.ts';

const PART = 'https://example.com/m-00002-of-00002.gguf?x=1';
const { signal } = new AbortController();

it.each([
  ['an address', 'https://example.com/m.gguf', ['https://example.com/m.gguf']],
  ['the address of one part', PART, [PART.replace('00002-of', '00001-of'), PART]],
  [
    'a list of addresses',
    ['https://example.com/b', 'https://example.com/a'],
    ['https://example.com/b', 'https://example.com/a'],
  ],
] as const)('%s is stored by its address with all its files', async (_, source, urls) => {
  const wanted = wantedModel(source, {});
  expect(wanted.id).toBe([source].flat()[0]);
  expect((await wanted.resolve(signal)).map(({ url }) => url)).toEqual(urls);
});

it('a digest goes with its file', async () => {
  const source = { url: 'https://example.com/m.gguf', sha256: 'a'.repeat(64) };
  expect(await wantedModel(source, {}).resolve(signal)).toMatchObject([{ ...source, name: 'm.gguf' }]);
});

it('bytes that the page has are refused', () => {
  expect(() => wantedModel(new Blob(), {})).toThrow('the store keeps files that have an address');
});
