import { describe, expect, it } from 'vitest';
import { fakeFile } from '../architectures/fakeFile.ts';
import { checkModel } from './modelFile.ts';

describe('a model with pieces that no kernel does', () => {
  it('is refused, and the error names them', () => {
    const streams = { 'blk.0.altup_router.weight': [64, 4], 'blk.1.altup_router.weight': [64, 4] };
    const laurels = { 'blk.0.laurel_l.weight': [64, 8], 'blk.1.laurel_l.weight': [64, 8] };
    const keys = { 'attention.sliding_window': 16 };
    expect(() => checkModel(fakeFile('gemma3n', keys, { ...streams, ...laurels }))).toThrow(
      expect.objectContaining({
        code: 'unsupported_model',
        message: expect.stringContaining(
          'fake.gguf has the architecture "gemma3n", which needs AltUp, Laurel, sparse gates: no kernel does them yet',
        ),
      }),
    );
  });
});
