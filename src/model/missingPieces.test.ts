import { describe, expect, it } from 'vitest';
import { fakeFile } from '../architectures/fakeFile.ts';
import { checkModel } from './modelFile.ts';

const GEMMA4 = {
  'attention.key_length': 16,
  'attention.value_length': 16,
  'attention.sliding_window': 16,
  'attention.sliding_window_pattern': [false, false],
};

describe('a model with pieces that no kernel does', () => {
  it.each([
    {
      keys: { embedding_length_per_layer_input: 8 },
      tensors: { 'blk.0.attn_v.weight': [64, 64] },
      missing: ['per-layer embeddings'],
    },
  ])('is refused, and the error names them: $missing', ({ keys, tensors, missing }) => {
    expect(() => checkModel(fakeFile('gemma4', { ...GEMMA4, ...keys }, tensors))).toThrow(
      expect.objectContaining({
        code: 'unsupported_model',
        message: expect.stringContaining(
          `fake.gguf has the architecture "gemma4", which needs ${missing.join(', ')}: no kernel does them yet`,
        ),
      }),
    );
  });
});
