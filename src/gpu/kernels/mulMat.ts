import type { WeightType } from '../../quant/types.ts';
import { assertNever } from '../../util/assert.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { BufferUse } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { checkHeads, type HeadShape } from './heads.ts';

/** Rows of a batch that one workgroup tile multiplies; every batch width is made of these (design D2). */
export const TILE_WIDTHS = [1, 2, 4, 8, 16] as const;

/** The smallest tile that holds `rows`, or the largest the tuning allows. */
export function tileWidth(rows: number, { maxTile }: Pick<Tuning, 'maxTile'>): number {
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
  /** The deferred norm of the rows of src; without it they are multiplied as they are. */
  readonly norm?: DeferredNorm;
  readonly epilogue: MulMatEpilogue;
  /** Whether the rows are the batch's output rows. */
  readonly outputRows?: boolean;
}

export type MulMatEpilogue =
  /** `add`: onto the residual stream; buffers: … dst, norm_weight, next. */
  | (Destination & { readonly kind: 'store' | 'swiglu' | 'add' })
  /**
   * Queries, keys and values side by side, or some of them from `first` on, to where attention looks for them; buffers:
   * … dst [rows, nHead * headDim], rope table, k_cache, v_cache.
   */
  | { readonly kind: 'qkv'; readonly heads: HeadShape; readonly first: number };

/** Where the products of a batch's rows go. */
export interface Destination {
  /** Values from one row of dst to the next. */
  readonly dstStride: number;
  /** The first value of a row that is filled; of the residual stream a multiple of four. */
  readonly dstOffset?: number;
}

/** `dst[row, n] = weight[n] · src[row]`; buffers: step, quants, scales, src, dst. */
export const mulMat = kernel(
  'mul_mat',
  ['lanes', 'sharedLoads', 'mulMatWorkgroup', 'maxTile'],
  (shape: MulMatShape, tuning) => {
    const { weight, epilogue, n, blocks, norm } = shape;
    const m = tileWidth(shape.rows, tuning);
    const { lanes, sharedLoads, mulMatWorkgroup } = tuning;
    const r = weightRows(tuning);
    return {
      tile: m,
      defines: {
        M: m,
        R: r,
        ROWS: epilogue.kind === 'swiglu' ? 2 * r : r,
        LANES: lanes,
        SHARED: sharedLoads ? 1 : 0,
        NORMED: norm ? 1 : 0,
        EPILOGUE: epilogue.kind,
        ...(epilogue.kind === 'qkv' && { CACHE: epilogue.heads.cache }),
        WEIGHT: weight,
        SLICES: m * (epilogue.kind === 'swiglu' ? 3 : norm ? 2 : 1),
      },
      overrides: {
        WORKGROUP_SIZE: mulMatWorkgroup,
        BLOCKS: blocks,
        N: n,
        OUTPUT_ROWS: shape.outputRows ? 1 : 0,
        ...(norm && { NORM_K: norm.k, EPS: norm.eps }),
        ...epilogueOverrides(epilogue),
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...EPILOGUE_BINDINGS[epilogue.kind]],
      workgroups: [weightRowGroups(n, tuning), ceilDiv(shape.rows, m), 1],
    };
  },
);

const EPILOGUE_BINDINGS: Readonly<Record<MulMatEpilogue['kind'], readonly BufferUse[]>> = {
  store: [],
  swiglu: [],
  add: ['read', 'write'],
  qkv: ['read', 'write', 'write'],
};

function epilogueOverrides(epilogue: MulMatEpilogue): Record<string, number> {
  switch (epilogue.kind) {
    case 'store':
    case 'swiglu':
    case 'add':
      return destination(epilogue);
    case 'qkv': {
      const { nHead, nKvHead, headDim, nRot } = epilogue.heads;
      checkHeads(epilogue.heads);
      return {
        DST_OFFSET: epilogue.first,
        Q_WIDTH: nHead * headDim,
        KV_WIDTH: nKvHead * headDim,
        HEAD_DIM: headDim,
        N_ROT: nRot,
      };
    }
    default:
      return assertNever(epilogue);
  }
}

/**
 * Weight rows that one invocation multiplies: they share the loads of the batch's rows, and a sum of squares is of four. A single
 * one where lanes share it, and then four neighbours come together.
 */
export function weightRows({ lanes }: Pick<Tuning, 'lanes'>): number {
  return lanes === 1 ? 4 : 1;
}

/** What says so to a kernel. */
export function destination({ dstStride, dstOffset = 0 }: Destination) {
  return { DST_STRIDE: dstStride, DST_OFFSET: dstOffset };
}

/** Workgroups that walk `n` weight rows. */
function weightRowGroups(n: number, tuning: Pick<Tuning, 'lanes' | 'mulMatWorkgroup'>): number {
  return ceilDiv(n * tuning.lanes, tuning.mulMatWorkgroup * weightRows(tuning));
}
