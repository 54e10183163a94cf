import { describe, expect, it } from 'vitest';
import { mulMat } from '../gpu/kernels/mulMat.ts';
import { SOFTWARE_TUNING } from '../gpu/tuning.ts';
import { computedRows } from './inputs.ts';

describe('the rows of a product in the self-test', () => {
  it.each([
    // The last of three workgroups computes half as many rows, so a third of all rows is 107.
    { n: 320, rows: 212 },
    { n: 576, rows: 232 },
    { n: 4096, rows: 256 },
    { n: 24, rows: 24 },
    { n: 130, rows: 130 },
  ])('are a multiple of four, or all: $rows of $n', ({ n, rows }) => {
    const epilogue = { kind: 'add', dstStride: 4096 } as const;
    const spec = mulMat({ weight: 'Q4_0', blocks: 10, n, rows: 1, epilogue }, SOFTWARE_TUNING);
    expect(computedRows(n, spec, false).n).toBe(rows);
    expect(computedRows(n, spec, true).n).toBe(n);
  });
});
