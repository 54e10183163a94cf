import { describe, expect, it } from 'vitest';
import { fileFault, sortFiles } from './localModels.ts';

const file = (name: string, bytes = 1) => new File([new Uint8Array(bytes)], name);
const part = (no: number, of = 3) => `m-Q4_0-0000${no}-of-0000${of}.gguf`;

describe('chosen files', () => {
  it('are a target and its draft, the larger one first, with the parts of a split model in order', () => {
    const { models, others } = sortFiles([file('d.gguf', 2), file(part(3)), file(part(1)), file(part(2))]);
    expect(models.map(({ name, files }) => [name, files.map(({ name }) => name)])).toEqual([
      [part(1), [part(1), part(2), part(3)]],
      ['d.gguf', ['d.gguf']],
    ]);
    expect(others).toEqual([]);
    expect(fileFault({ models, others })).toBeNull();
  });

  it.each([
    ['a part is missing', [part(1), part(3)], `${part(1)} lacks part 2: choose all of its parts at once.`],
    ['parts are missing', [part(1)], `${part(1)} lacks parts 2, 3: choose all of its parts at once.`],
    [
      'the first part is missing',
      [part(2)],
      `${part(2)} is one part of a model: choose all of its parts at once.`,
    ],
    [
      'there is a projector',
      ['m.gguf', 'mmproj-m.gguf'],
      'mmproj-m.gguf is no model: choose .gguf files, without projectors (mmproj).',
    ],
    [
      'there is something else',
      ['notes.txt'],
      'notes.txt is no model: choose .gguf files, without projectors (mmproj).',
    ],
  ])('are refused in a sentence if %s', (_, names, fault) => {
    expect(fileFault(sortFiles(names.map(name => file(name))))).toBe(fault);
  });
});
