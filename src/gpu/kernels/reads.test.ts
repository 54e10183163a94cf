import { describe, expect, it } from 'vitest';
import { GPU_TUNING } from '../tuning.ts';
import { attention } from './attention.ts';
import { mostWeightRows, mulMat } from './mulMat.ts';

/** Rows of a verification: the pending token and a draft of up to 15 tokens. */
const WIDTHS = Array.from({ length: 16 }, (_, i) => i + 1);
const MATRIX = { weight: 'Q4_0', blocks: 64, n: 2048 } as const;
const DST = { dstStride: 2048 };

describe('a prompt on a GPU', () => {
  it.each([17, 32, 33, 64, 256])(
    'reads every weight once for every 32 of %i rows, in tiles of 64 weights',
    rows => {
      const epilogue = { kind: 'store', ...DST } as const;
      const { workgroups, overrides } = mulMat({ ...MATRIX, rows, epilogue }, GPU_TUNING);
      expect(workgroups).toEqual([2048 / 64, Math.ceil(rows / 32), 1]);
      expect(overrides.WORKGROUP_SIZE).toBe(256);
    },
  );

  it('reads gate and up in tiles of 32 weights each', () => {
    const { workgroups } = mulMat({ ...MATRIX, rows: 64, epilogue: { kind: 'swiglu', ...DST } }, GPU_TUNING);
    expect(workgroups).toEqual([2048 / 32, 2, 1]);
  });

  it('has tiles of its own for every group of weight rows', () => {
    const groups = { rows: 72, srcOffset: 0, srcStride: 64, rowStride: 192 };
    const shape = { weight: 'Q4_0', blocks: 2, n: 216, rows: 64, groups } as const;
    const { workgroups } = mulMat({ ...shape, epilogue: { kind: 'store', dstStride: 216 } }, GPU_TUNING);
    expect(workgroups).toEqual([3 * 2, 2, 1]);
  });
});

describe('a verification on a GPU', () => {
  it.each(WIDTHS.slice(0, GPU_TUNING.maxTile))(
    'reads every weight once for %i rows, with as many workgroups as for one',
    rows => {
      const product = (of: number) =>
        mulMat({ ...MATRIX, rows: of, epilogue: { kind: 'store', ...DST } }, GPU_TUNING).workgroups;
      expect(product(rows)).toEqual(product(1));
    },
  );

  it('computes as many logits as the largest vocabularies have in one dispatch', () => {
    expect(mostWeightRows(GPU_TUNING, 65_535)).toBeGreaterThan(1e6);
    expect(mostWeightRows({ ...GPU_TUNING, rowLanes: 8 }, 65_535)).toBeGreaterThan(262_144);
  });

  it('reads keys and values once for all heads that share them', () => {
    const heads = { nHead: 32, nKvHead: 8, headDim: 64, nRot: 64, cache: 'f16' } as const;
    const shape = { ...heads, rows: 1, depth: 256, span: null, dstStride: 2048 };
    expect(attention(shape, GPU_TUNING).workgroups).toEqual([heads.nKvHead, 1, 1]);
  });
});
