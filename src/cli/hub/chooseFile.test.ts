import { expect, it } from 'vitest';
import { chooseFile } from './chooseFile.ts';

const FILES = ['README.md', 'a-F16.gguf', 'a-Q4_K_M.gguf', 'a-q8_0.gguf', 'mmproj-Q8_0.gguf'];

it.each([
  { what: 'the preferred type that can be read', files: FILES, tag: undefined, chosen: 'a-q8_0.gguf' },
  { what: "the tag's", files: FILES, tag: 'f16', chosen: 'a-F16.gguf' },
  { what: "the tag's, even if it cannot be read", files: FILES, tag: 'Q4_K_M', chosen: 'a-Q4_K_M.gguf' },
  { what: 'nothing else than the tag', files: FILES, tag: 'Q2_K', chosen: undefined },
  { what: 'no part of a type', files: ['a-Q4_K_M.gguf'], tag: 'Q4', chosen: undefined },
  {
    what: 'the first that can be read',
    files: ['c-F32.gguf', 'c-F16.gguf', 'c-IQ2_XS.gguf'],
    tag: undefined,
    chosen: 'c-F16.gguf',
  },
  {
    what: "llama.cpp's choice where nothing can be read",
    files: ['d-IQ2_XS.gguf', 'd-Q4_K_M.gguf'],
    tag: undefined,
    chosen: 'd-Q4_K_M.gguf',
  },
  {
    what: 'the first part',
    files: ['e-F16-00002-of-00002.gguf', 'e-F16-00001-of-00002.gguf'],
    tag: 'F16',
    chosen: 'e-F16-00001-of-00002.gguf',
  },
  {
    what: 'in folders, too',
    files: ['mtp-x/f-Q8_0.gguf', 'x/mtp-f.gguf'],
    tag: undefined,
    chosen: 'mtp-x/f-Q8_0.gguf',
  },
  { what: 'nothing of nothing', files: ['README.md'], tag: undefined, chosen: undefined },
])('chooses $what', ({ files, tag, chosen }) => {
  expect(chooseFile(files, tag)).toBe(chosen);
});
