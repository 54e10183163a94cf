import { describe, expect, it } from 'vitest';
import { GPU_TUNING } from '../tuning.ts';
import { attention } from './attention.ts';
import { mulMat } from './mulMat.ts';
import { mulMatId } from './mulMatId.ts';

/** Rows of a verification: the pending token and a draft of up to 15 tokens. */
const WIDTHS = Array.from({ length: 16 }, (_, i) => i + 1);
const MATRIX = { weight: 'Q4_0', blocks: 64, n: 2048 } as const;
const DST = { dstStride: 2048 };

describe('a verification on a GPU', () => {
  it.each(WIDTHS.slice(0, GPU_TUNING.maxTile))(
    'reads every weight once for %i rows, with as many workgroups as for one',
    rows => {
      const product = (of: number) =>
        mulMat({ ...MATRIX, rows: of, epilogue: { kind: 'store', ...DST } }, GPU_TUNING).workgroups;
      expect(product(rows)).toEqual(product(1));
    },
  );

  it.each(WIDTHS)('reads the matrices of an expert once for %i rows', rows => {
    const stage = { kind: 'gate_up', norm: { k: 2048, eps: 1e-5 } } as const;
    const counts = { nExperts: 8, nUsed: 2, rows };
    const [, experts, tiles] = mulMatId({ ...MATRIX, ...counts, stage, dst: DST }, GPU_TUNING).workgroups;
    expect(tiles).toBe(1);
    // A single row has a workgroup for each expert that it chose.
    expect(experts).toBe(rows === 1 ? 2 : 8);
  });

  it('reads keys and values once for all heads that share them', () => {
    const heads = { nHead: 32, nKvHead: 8, headDim: 64, nRot: 64, cache: 'f16' } as const;
    const shape = { ...heads, rows: 1, nCtx: 256, dstStride: 2048 };
    expect(attention(shape, GPU_TUNING).workgroups).toEqual([heads.nKvHead, 1, 1]);
  });
});
