import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GGML_TYPES, ggmlTypeById, recordOf, WEIGHT_TYPES } from './types.ts';

it.each(WEIGHT_TYPES)('%s has a shader part', type => {
  const part = new URL(`../../shaders/lib/weight_${type}.wgsl`, import.meta.url);
  expect(existsSync(part)).toBe(true);
});

it.each(Object.keys(GGML_TYPES))('finds %s by its id', name => {
  const type = Object.values(GGML_TYPES).find(({ id }) => ggmlTypeById(id) === name);
  expect(type).toBeDefined();
});

it('can make random values of every type, by a quantizer or by scales', () => {
  for (const type of WEIGHT_TYPES) {
    const { quantize, setScale } = recordOf(type);
    expect({ type, either: quantize !== undefined || setScale !== undefined }).toEqual({
      type,
      either: true,
    });
  }
});

it('has a golden block for each shader part that is not plain floats', () => {
  const golden: object = JSON.parse(readFileSync(new URL('golden/blocks.json', import.meta.url), 'utf8'));
  expect(Object.keys(golden).toSorted()).toEqual(
    WEIGHT_TYPES.filter(type => GGML_TYPES[type].blockLength > 1).toSorted(),
  );
});
