import { describe, expect, it } from 'vitest';
import { isHubAddress, parseHubModel } from './hubModel.ts';

describe('the name of a model of the Hub', () => {
  it.each([
    ['org/name', { name: 'org/name' }],
    ['hf:org/name', { name: 'org/name' }],
    ['HF:Org/Na.me-1', { name: 'Org/Na.me-1' }],
    ['hf:org/name:Q4_K_M', { name: 'org/name', type: 'Q4_K_M' }],
    ['hf:org/name:UD-Q4_K_XL', { name: 'org/name', type: 'UD-Q4_K_XL' }],
    ['hf:org/name/a-Q8_0.gguf', { name: 'org/name', file: 'a-Q8_0.gguf' }],
    ['org/name/Q8_0/a b.GGUF', { name: 'org/name', file: 'Q8_0/a b.GGUF' }],
  ])('is read from %s', (text, model) => {
    expect(parseHubModel(text)).toEqual(model);
  });

  it.each([
    '',
    'hf:',
    'org',
    'hf:org',
    'hf:org/',
    'hf:/name',
    '../name',
    'org/..',
    'org/a..b',
    'org/name/file.bin',
    'org/name:',
    'org/name:a:b',
    'org/name:Q4/../..',
    'https://host/name',
    'hf://org/name',
    'org/na me',
    'org/name?x',
  ])('is refused in %j with what to give instead', text => {
    expect(() => parseHubModel(text)).toThrow(/is no repository; give ORG\/NAME, ORG\/NAME:TYPE or/);
  });

  it('is told from an address by its beginning', () => {
    expect(['hf:a/b', 'HF:a/b', 'https://a/b', 'a/hf:b'].map(isHubAddress)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
