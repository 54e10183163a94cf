import { describe, expect, it } from 'vitest';
import { fakeFile } from '../architectures/fakeFile.ts';
import { readModelSpec, tensorsOf } from '../architectures/index.ts';
import type { GgufFile } from '../gguf/index.ts';
import type { TablePlace } from './blocks/perLayer.ts';
import { allBlocks } from './modelBlocks.ts';
import { checkModel } from './modelFile.ts';
import { plannedMatrices } from './weights/load.ts';

/** Gemma 4 of two layers with 32 values for each layer and token: 256 bytes of a row. */
function gemma4(nVocab: number, width = 32): GgufFile {
  const keys = {
    'attention.key_length': 16,
    'attention.value_length': 16,
    'attention.sliding_window': 16,
    'attention.sliding_window_pattern': [true, false],
    embedding_length_per_layer_input: width,
  };
  const hints = { 'token_embd.weight': [64, nVocab] };
  const spec = readModelSpec(fakeFile('gemma4', keys, hints));
  const shapes = tensorsOf(spec).map(({ name, shape }): [string, readonly number[]] => [name, shape]);
  return fakeFile('gemma4', keys, Object.fromEntries(shapes));
}

describe('a table of per-layer embeddings', () => {
  it.each<{ what: string; nVocab: number; place?: TablePlace; isInFile: boolean }>([
    { what: 'up to 64 MiB is uploaded', nVocab: 2 ** 18, isInFile: false },
    { what: 'above 64 MiB stays in the file', nVocab: 2 ** 18 + 1, isInFile: true },
    { what: 'stays in the file whatever its size, if asked to', nVocab: 10, place: 'file', isInFile: true },
    { what: 'is uploaded, if asked to', nVocab: 2 ** 18 + 1, place: 'gpu', isInFile: false },
  ])('$what', ({ nVocab, place, isInFile }) => {
    const { blocks } = checkModel(gemma4(nVocab), place);
    expect(blocks.tokenTable?.tensor.shape ?? null).toEqual(isInFile ? [64, nVocab] : null);
    const uploaded = plannedMatrices(allBlocks(blocks)).map(({ label }) => label);
    expect(uploaded.includes('per_layer_token_embd.weight')).toBe(!isInFile);
    expect(uploaded).toContain('per_layer_model_proj.weight');
  });

  it('is refused with rows that kernels cannot divide', () => {
    expect(() => checkModel(gemma4(10, 20))).toThrow(
      expect.objectContaining({ code: 'unsupported_model', details: { width: 20 } }),
    );
  });
});
