import { describe, expect, it } from 'vitest';
import { LARGE_MODELS, largeFile } from '../model/largeFile.ts';
import { readOutline } from './outline.ts';
import { readGguf } from './read.ts';

const files = Object.entries(LARGE_MODELS).map(([name, model]) => ({ name, model }));

describe('an outline', () => {
  it.each(files)(
    'of $name is what its whole header says, for a few hundred kilobytes',
    async ({ name, model }) => {
      const file = largeFile(name, model);
      const t = performance.now();
      const { metadata, tensors, nTokens } = await readOutline(file.source);
      console.log(name, file.headerBytes, file.bytesRead(), performance.now() - t);
      expect(file.bytesRead()).toBeLessThan(400_000);
      const whole = await readGguf(file.source);
      expect(tensors).toEqual(whole.tensors);
      expect(nTokens).toBe(model.nTokens);
      const small = [...whole.metadata].filter(([key]) => !/\.(tokens|scores|token_type|merges)$/.test(key));
      expect(new Map(metadata)).toEqual(new Map(small));
    },
  );
});
