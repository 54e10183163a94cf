import { describe, expect, it } from 'vitest';
import { modelGroups, typeOf } from './modelGroups.ts';

const file = (path: string, sizeBytes = 100) => ({ path, sizeBytes, digest: '0'.repeat(64) });

describe('the type of a path', () => {
  it.each([
    ['Qwen3-0.6B-Q8_0.gguf', 'Q8_0'],
    ['smollm2-1.7b-instruct-q4_k_m.gguf', 'Q4_K_M'],
    ['d-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
    ['phi-2.Q5_K_S.gguf', 'Q5_K_S'],
    ['a-IQ4_XS.gguf', 'IQ4_XS'],
    ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
    ['BF16/m-BF16-00001-of-00002.gguf', 'BF16'],
    ['Q4_K_M/m-00001-of-00002.gguf', 'Q4_K_M'],
    ['Q8_0/m-Q4_0.gguf', 'Q4_0'],
    ['model.gguf', null],
    ['Qwen3-4B.gguf', null],
  ])('of %s is %s', (path, type) => {
    expect(typeOf(path)).toBe(type);
  });
});

describe('the models of a repository', () => {
  it('are its files without projectors, statistics and drafts that need a target, smallest first', () => {
    const files = [
      file('README.md'),
      file('m-Q8_0.gguf', 800),
      file('m-Q4_K_M.gguf', 400),
      file('mmproj-m-F16.gguf'),
      file('imatrix.gguf'),
      file('mtp-m-Q8_0.gguf'),
    ];
    expect(modelGroups('org/name', files)).toEqual([
      {
        address: 'hf:org/name:Q4_K_M',
        parts: ['m-Q4_K_M.gguf'],
        type: 'Q4_K_M',
        sizeBytes: 400,
        missing: [],
      },
      {
        address: 'hf:org/name:Q8_0',
        parts: ['m-Q8_0.gguf'],
        type: 'Q8_0',
        sizeBytes: 800,
        missing: [],
      },
    ]);
  });

  it('are one where it is split, with the size of all parts and the numbers of those that are missing', () => {
    const parts = [1, 3].map(no => file(`F16/m-F16-0000${no}-of-00003.gguf`, 10));
    expect(modelGroups('org/name', parts)).toMatchObject([
      { address: 'hf:org/name:F16', sizeBytes: 20, missing: [2] },
    ]);
  });

  it.each([
    { what: 'a type that two files have', files: ['a-Q4_0.gguf', 'b-Q4_0.gguf'], named: 'b-Q4_0.gguf' },
    { what: 'a type within another', files: ['m-Q4_K_XL.gguf', 'm-UD-Q4_K_XL.gguf'], named: undefined },
    { what: 'no type', files: ['model.gguf'], named: 'model.gguf' },
  ])('have the address of their file where there is $what', ({ files, named }) => {
    const addresses = modelGroups(
      'o/n',
      files.map(path => file(path)),
    ).map(({ address }) => address);
    const byFile = addresses.filter(address => address.endsWith('.gguf'));
    expect(byFile).toEqual(named === undefined ? [] : [`hf:o/n/${named}`]);
  });
});
