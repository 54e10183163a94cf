import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TRIALS } from './trials.ts';

const SHADERS = new URL('../../shaders/', import.meta.url);

describe('trials', () => {
  it('has one for every kernel', () => {
    const kernels = readdirSync(SHADERS)
      .filter(file => file.endsWith('.wgsl'))
      .map(file => file.replace('.wgsl', ''));
    expect(Object.keys(TRIALS).sort()).toEqual(kernels.sort());
  });
});
