import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';

/** Rows of a batch that one workgroup tile multiplies; every batch width is made of these (design D2). */
export const TILE_WIDTHS = [1, 2, 4, 8, 16] as const;

/** The smallest tile that holds `rows`, or the largest the tuning allows. */
export function tileWidth(rows: number, { maxTile }: Tuning): number {
  return TILE_WIDTHS.find(width => width >= rows && width <= maxTile) ?? maxTile;
}

export interface MulMatShape {
  readonly weight: WeightType;
  /** Blocks of 32 values per weight row. */
  readonly blocks: number;
  /** Weight rows of this product (with swiglu: of gate and of up). */
  readonly n: number;
  /** Rows of the batch. */
  readonly rows: number;
  /** Values from one row of dst to the next, and the first one filled. */
  readonly dstStride: number;
  readonly dstOffset?: number;
  readonly epilogue: 'store' | 'add' | 'swiglu';
  /** Whether the rows are the batch's output rows. */
  readonly outputRows?: boolean;
}

/** `dst[row, n] = weight[n] · src[row]`; buffers: step, quants, scales, src, dst. */
export function mulMat(shape: MulMatShape, tuning: Tuning): KernelSpec {
  const m = tileWidth(shape.rows, tuning);
  return {
    shader: 'mul_mat',
    defines: { M: m, LANES: tuning.lanes, EPILOGUE: shape.epilogue, WEIGHT: shape.weight },
    overrides: {
      WORKGROUP_SIZE: tuning.mulMatWorkgroup,
      BLOCKS: shape.blocks,
      N: shape.n,
      DST_STRIDE: shape.dstStride,
      DST_OFFSET: shape.dstOffset ?? 0,
      OUTPUT_ROWS: shape.outputRows ? 1 : 0,
    },
    bindings: ['read', 'read', 'read', 'read', 'write'],
    workgroups: [ceilDiv(shape.n * tuning.lanes, tuning.mulMatWorkgroup), ceilDiv(shape.rows, m), 1],
  };
}
