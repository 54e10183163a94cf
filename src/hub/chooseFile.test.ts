import { expect, it } from 'vitest';
import { chooseFile, chooseSidecar } from './chooseFile.ts';

const FILES = ['README.md', 'a-F16.gguf', 'a-Q4_K_M.gguf', 'a-q8_0.gguf', 'mmproj-Q8_0.gguf'];

it.each([
  { what: 'Q4_K_M', files: FILES, type: undefined, chosen: 'a-Q4_K_M.gguf' },
  {
    what: 'Q8_0 where there is no Q4_K_M',
    files: ['b-F16.gguf', 'b-q8_0.gguf', 'b-Q4_K_S.gguf'],
    type: undefined,
    chosen: 'b-q8_0.gguf',
  },
  {
    what: 'the first model where there is neither',
    files: ['c-IQ2_XS.gguf', 'c-F32.gguf', 'README.md', 'a-mmproj-F16.gguf'],
    type: undefined,
    chosen: 'c-F32.gguf',
  },
  { what: 'the type that is asked for, in any case', files: FILES, type: 'f16', chosen: 'a-F16.gguf' },
  { what: 'nothing of another type', files: FILES, type: 'Q2_K', chosen: undefined },
  { what: 'no longer type', files: ['a-Q4_K_M.gguf'], type: 'Q4', chosen: undefined },
  {
    what: "a dynamic type by its own name or its base's",
    files: ['d-Q4_K_M.gguf', 'd-UD-Q4_K_XL.gguf'],
    type: 'q4_k_xl',
    chosen: 'd-UD-Q4_K_XL.gguf',
  },
  {
    what: 'the dynamic one of two, if that is asked for',
    files: ['d-Q4_K_XL.gguf', 'd-UD-Q4_K_XL.gguf'],
    type: 'UD-Q4_K_XL',
    chosen: 'd-UD-Q4_K_XL.gguf',
  },
  {
    what: 'the first part',
    files: ['e-F16-00002-of-00002.gguf', 'e-F16-00001-of-00002.gguf'],
    type: 'F16',
    chosen: 'e-F16-00001-of-00002.gguf',
  },
  {
    what: 'the first part in the folder of a type',
    files: [
      'BF16/e-00001-of-00002.gguf',
      'Q4_K_M-new/e-00002-of-00002.gguf',
      'Q4_K_M-new/e-00001-of-00002.gguf',
    ],
    type: undefined,
    chosen: 'Q4_K_M-new/e-00001-of-00002.gguf',
  },
  {
    what: 'no draft that needs its target',
    files: ['mtp-f-Q4_K_M.gguf', 'x/eagle3-f-Q4_K_M.gguf', 'dflash-f-Q8_0.gguf', 'f-F16.gguf'],
    type: undefined,
    chosen: 'f-F16.gguf',
  },
  {
    what: 'a model in a folder that is called like a draft',
    files: ['mtp-x/f-Q8_0.gguf', 'x/mtp-f.gguf'],
    type: undefined,
    chosen: 'mtp-x/f-Q8_0.gguf',
  },
  { what: 'nothing of nothing', files: ['README.md'], type: undefined, chosen: undefined },
])('chooses $what', ({ files, type, chosen }) => {
  expect(chooseFile(files, type)).toBe(chosen);
});

it.each<{ what: string; files: string[]; type?: string; chosen: string | undefined }>([
  {
    what: 'the type of the model',
    files: ['mtp-f-Q8_0.gguf', 'x/mtp-f-Q4_K_M.gguf'],
    type: 'Q4_K_M',
    chosen: 'x/mtp-f-Q4_K_M.gguf',
  },
  {
    what: 'another type, if it is the only one',
    files: ['f-Q4_K_M.gguf', 'mtp-f-F16.gguf'],
    type: 'Q4_K_M',
    chosen: 'mtp-f-F16.gguf',
  },
  { what: 'a usual type', files: ['mtp-f-BF16.gguf', 'mtp-f-Q8_0.gguf'], chosen: 'mtp-f-Q8_0.gguf' },
  {
    what: 'nothing among models and other drafts',
    files: ['f-Q8_0.gguf', 'eagle3-f-Q8_0.gguf'],
    chosen: undefined,
  },
])('chooses of MTP heads $what', ({ files, type, chosen }) => {
  expect(chooseSidecar(files, type)).toBe(chosen);
});
