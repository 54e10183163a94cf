import type { WeightType } from '../../quant/types.ts';
import { assert, assertNever } from '../../util/assert.ts';
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
  /** Heads that multiply a part of a row each; only with `store`. */
  readonly groups?: RowGroups;
}

/**
 * Weight rows of a group multiply the values of a src row from `srcOffset` on, the next group's those `srcStride` behind them.
 * All are numbers of values, multiples of 4. What a block reads behind its group's values meets weights of zero.
 */
export interface RowGroups {
  /** Weight rows per group, a multiple of 4. */
  readonly rows: number;
  readonly srcOffset: number;
  readonly srcStride: number;
  /** From one row of src to the next. */
  readonly rowStride: number;
}

export type MulMatEpilogue =
  /** activation(softcap(scale · (product + bias))); buffers: … dst, bias. */
  | (Destination & {
      readonly kind: 'store';
      readonly bias?: true;
      readonly scale?: number;
      /** Values v become cap · tanh(v / cap). */
      readonly softcap?: number;
      readonly activation?: 'silu' | 'gelu' | 'relu2';
    })
  /** Added to what dst has, with `gate` times sigmoid(gate[row]); buffers: … dst, gate. */
  | (Destination & { readonly kind: 'accumulate'; readonly gate?: true })
  /** activation(gate) · up, silu by default; buffers: … dst, biases of gate, and those of up from value `bias.up` on. */
  | (Destination & {
      readonly kind: 'swiglu';
      readonly activation?: 'silu' | 'gelu';
      readonly bias?: { readonly up: number };
    })
  /** scale · (product + bias) onto the residual stream, whose norm is deferred; buffers: … dst, norm_weight, next, bias. */
  | (Destination & { readonly kind: 'add'; readonly scale?: number; readonly bias?: true })
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
    checkShape(shape);
    const m = tileWidth(shape.rows, tuning);
    const { lanes, mulMatWorkgroup } = tuning;
    // Invocations of different groups read different values, which none can load for another.
    const sharedLoads = tuning.sharedLoads && !shape.groups;
    const r = weightRows(tuning);
    const options = epilogueOptions(epilogue);
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
        ...options.defines,
        ...(shape.groups && { GROUPS: 1 }),
        WEIGHT: weight,
        SLICES: m * (epilogue.kind === 'swiglu' ? 3 : norm ? 2 : 1),
      },
      overrides: {
        WORKGROUP_SIZE: mulMatWorkgroup,
        BLOCKS: blocks,
        N: n,
        OUTPUT_ROWS: shape.outputRows ? 1 : 0,
        ...(norm && { NORM_K: norm.k, EPS: norm.eps }),
        ...options.overrides,
        ...(shape.groups && groupOverrides(shape.groups)),
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...options.bindings],
      workgroups: [weightRowGroups(n, tuning), ceilDiv(shape.rows, m), 1],
    };
  },
);

interface EpilogueOptions {
  readonly defines: Readonly<Record<string, string | number>>;
  readonly overrides: Readonly<Record<string, number>>;
  /** Of the buffers behind dst. */
  readonly bindings: readonly BufferUse[];
}

function epilogueOptions(epilogue: MulMatEpilogue): EpilogueOptions {
  switch (epilogue.kind) {
    case 'store': {
      const { bias, scale = 1, softcap, activation } = epilogue;
      return {
        defines: {
          ...(bias && { BIAS: 1 }),
          ...(softcap !== undefined && { SOFTCAPPED: 1 }),
          ...(activation && { ACTIVATION: activation }),
        },
        overrides: {
          ...destination(epilogue),
          ...(scale !== 1 && { SCALE: scale }),
          ...(softcap !== undefined && { SOFTCAP: softcap }),
        },
        bindings: bias ? ['read'] : [],
      };
    }
    case 'accumulate':
      return {
        defines: { ...(epilogue.gate && { GATED: 1 }) },
        overrides: destination(epilogue),
        bindings: epilogue.gate ? ['read'] : [],
      };
    case 'swiglu': {
      const { bias, activation = 'silu' } = epilogue;
      return {
        defines: { ...(bias && { BIAS: 1 }), ...(activation !== 'silu' && { ACTIVATION: activation }) },
        overrides: { ...destination(epilogue), ...(bias && { BIAS_UP: bias.up }) },
        bindings: bias ? ['read'] : [],
      };
    }
    case 'add': {
      const { bias, scale = 1 } = epilogue;
      return {
        defines: { ...(bias && { BIAS: 1 }) },
        overrides: { ...destination(epilogue), ...(scale !== 1 && { SCALE: scale }) },
        bindings: ['read', 'write', ...(bias ? (['read'] as const) : [])],
      };
    }
    case 'qkv': {
      const { nHead, nKvHead, headDim, nRot, cache } = epilogue.heads;
      checkHeads(epilogue.heads);
      return {
        defines: { CACHE: cache },
        overrides: {
          DST_OFFSET: epilogue.first,
          Q_WIDTH: nHead * headDim,
          KV_WIDTH: nKvHead * headDim,
          HEAD_DIM: headDim,
          N_ROT: nRot,
        },
        bindings: ['read', 'write', 'write'],
      };
    }
    default:
      return assertNever(epilogue);
  }
}

/** What the shader has no variants for: none of the models has it. */
function checkShape({ epilogue, norm, groups, outputRows }: MulMatShape): void {
  assert(!(epilogue.kind === 'accumulate' && norm), 'products of normalised rows onto what is there');
  assert(
    !groups || (epilogue.kind === 'store' && !norm && !outputRows),
    'groups in another product than store',
  );
  assert(
    !groups || Object.values(groups).every(values => values % 4 === 0),
    () => `groups of ${JSON.stringify(groups)}, which are no whole quads`,
  );
}

function groupOverrides({ rows, srcOffset, srcStride, rowStride }: RowGroups): Record<string, number> {
  return {
    GROUP_ROWS: rows,
    GROUP_OFFSET: srcOffset / 4,
    GROUP_STRIDE: srcStride / 4,
    ROW_STRIDE: rowStride / 4,
  };
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

/** Most weight rows of one product where a grid may have `maxWorkgroups` in a dimension. */
export function mostWeightRows(tuning: Tuning, maxWorkgroups: number): number {
  return Math.floor((maxWorkgroups * tuning.mulMatWorkgroup * weightRows(tuning)) / tuning.lanes);
}

/** Workgroups that walk `n` weight rows. */
function weightRowGroups(n: number, tuning: Pick<Tuning, 'lanes' | 'mulMatWorkgroup'>): number {
  return ceilDiv(n * tuning.lanes, tuning.mulMatWorkgroup * weightRows(tuning));
}
