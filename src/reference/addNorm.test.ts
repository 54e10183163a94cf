import { describe, expect, it } from 'vitest';
import { addBranch, normalised } from './addNorm.ts';

const floats = (...values: number[]) => Float32Array.from(values);

describe('addBranch', () => {
  it('adds the scaled output of a branch', () => {
    expect([...addBranch(floats(1, 2), floats(10, 20), 0.5, null)]).toEqual([6, 12]);
  });

  it('normalises the output before scaling it', () => {
    const post = { kind: 'rms', eps: 0, weight: floats(1, 2), bias: floats(0, 1) } as const;
    // The root mean square is 5.
    expect([...addBranch(floats(1, 2), floats(5, -5), 10, post)]).toEqual([11, -8]);
  });
});

describe('normalised', () => {
  it('divides by the root of the mean square', () => {
    const norm = { kind: 'rms', eps: 16, weight: floats(1, 10), bias: null } as const;
    expect([...normalised(floats(3, -3), norm)].map(x => x.toFixed(6))).toEqual(['0.600000', '-6.000000']);
  });

  it('subtracts the mean first in a layer norm', () => {
    const norm = { kind: 'layer', eps: 0, weight: floats(1, 10), bias: floats(7, 8) } as const;
    expect([...normalised(floats(101, 99), norm)]).toEqual([8, -2]);
  });
});
