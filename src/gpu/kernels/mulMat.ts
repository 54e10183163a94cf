import type { WeightType } from '../../quant/types.ts';
import { assert, assertNever } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { BufferUse } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { checkHeads, type HeadShape } from './heads.ts';

/** Numbers of batch rows that one workgroup tile can multiply. Every batch width is made of these (design D2). */
export const TILE_WIDTHS = [1, 2, 4, 8, 16] as const;
/** Most rows of a batch whose products are not those of many rows. */
export const FEW_ROWS = 16;

/** Smallest tile that holds `rows`, or the largest that the tuning allows. */
export function tileWidth(rows: number, { maxTile, manyRows }: Pick<Tuning, 'maxTile' | 'manyRows'>): number {
  if (manyRows > 0 && rows > FEW_ROWS) return manyRows;
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
  /** Deferred norm of the rows of src; without it they are multiplied unchanged. */
  readonly norm?: DeferredNorm;
  readonly epilogue: MulMatEpilogue;
  /** Whether the rows are the batch's output rows. */
  readonly outputRows?: boolean;
  /** Heads that multiply a part of a row each; only with `store`. */
  readonly groups?: RowGroups;
}

/**
 * Ranges of a src row that groups of weight rows multiply. The first group's range begins at `srcOffset`, each further one
 * `srcStride` later. All sizes are numbers of values, multiples of 4. Values that a block reads beyond its group's range are
 * multiplied by weights of zero.
 */
export interface RowGroups {
  /** Weight rows per group, a multiple of 4. */
  readonly rows: number;
  readonly srcOffset: number;
  readonly srcStride: number;
  /** Stride of the rows of src. */
  readonly rowStride: number;
}

export type MulMatEpilogue =
  /** Stores activation(softcap(scale · (product + bias))); buffers: … dst, bias. */
  | (Destination & {
      readonly kind: 'store';
      readonly bias?: true;
      readonly scale?: number;
      /** Caps values v to cap · tanh(v / cap). */
      readonly softcap?: number;
      readonly activation?: 'silu' | 'gelu' | 'relu2';
    })
  /** Adds to dst; with `gate` the addend is multiplied by sigmoid(gate[row]). Buffers: … dst, gate. */
  | (Destination & { readonly kind: 'accumulate'; readonly gate?: true })
  /** Stores activation(gate) · up, silu by default. Buffers: … dst, biases of gate, and from value `bias.up` on those of up. */
  | (Destination & {
      readonly kind: 'swiglu';
      readonly activation?: 'silu' | 'gelu';
      readonly bias?: { readonly up: number };
    })
  /** Adds scale · (product + bias) to the residual stream and defers its norm. Buffers: … dst, norm_weight, next, bias. */
  | (Destination & { readonly kind: 'add'; readonly scale?: number; readonly bias?: true })
  /**
   * Stores queries, keys and values where attention reads them. The product has them side by side, or some of them from `first`
   * on. Buffers: … dst [rows, nHead * headDim], rope table, k_cache, v_cache.
   */
  | { readonly kind: 'qkv'; readonly heads: HeadShape; readonly first: number };

/** Destination of the products of a batch's rows. */
export interface Destination {
  /** Stride of the rows of dst in values. */
  readonly dstStride: number;
  /** First value of a row to write; for the residual stream a multiple of four. */
  readonly dstOffset?: number;
}

/** Computes `dst[row, n] = weight[n] · src[row]`; buffers: step, quants, scales, src, dst. */
export const mulMat = kernel(
  'mul_mat',
  [
    'lanes',
    'rowLanes',
    'laneRows',
    'sharedLoads',
    'mulMatWorkgroup',
    'maxTile',
    'maxSums',
    'manyRows',
    'unpack',
  ],
  (shape: MulMatShape, tuning) => {
    const { weight, epilogue, n, blocks, norm, groups } = shape;
    checkShape(shape);
    const mapping = mappingOf(shape, tuning);
    const { tile, weightRows } = mapping;
    const options = epilogueOptions(epilogue);
    return {
      ...(mapping.tuned && { tuned: mapping.tuned }),
      tile,
      defines: {
        M: tile,
        ...mapping.defines,
        NORMED: norm ? 1 : 0,
        EPILOGUE: epilogue.kind,
        ...options.defines,
        ...(groups && { GROUPS: 1 }),
        WEIGHT: weight,
        UNPACK: tuning.unpack,
      },
      overrides: {
        WORKGROUP_SIZE: mapping.workgroupSize,
        BLOCKS: blocks,
        N: n,
        OUTPUT_ROWS: shape.outputRows ? 1 : 0,
        ...(norm && { NORM_K: norm.k, EPS: norm.eps }),
        ...options.overrides,
        ...(groups && groupOverrides(groups)),
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...options.bindings],
      workgroups: [mapping.tiles ?? ceilDiv(n, weightRows), ceilDiv(shape.rows, tile), 1],
    };
  },
);

/** How the invocations of a workgroup share a product, see shaders/mul_mat.wgsl. */
interface Mapping {
  readonly tile: number;
  readonly workgroupSize: number;
  /** Weight rows of a workgroup. */
  readonly weightRows: number;
  readonly defines: Readonly<Record<string, number | string>>;
  /** Workgroups along the weight rows, if not one for every `weightRows` of them. */
  readonly tiles?: number;
  /** Knobs that replace this mapping if it is faulty; all of the kernel's by default. */
  readonly tuned?: readonly (keyof Tuning)[];
}

type MappingTuning = Pick<
  Tuning,
  'lanes' | 'rowLanes' | 'laneRows' | 'sharedLoads' | 'mulMatWorkgroup' | 'maxTile' | 'maxSums' | 'manyRows'
>;

function mappingOf(shape: MulMatShape, tuning: MappingTuning): Mapping {
  const { rows, epilogue, groups, blocks } = shape;
  if (tuning.manyRows > 0 && rows > FEW_ROWS) return tiled(shape, tuning.manyRows);
  const tile = tileWidth(rows, tuning);
  const matrices = epilogue.kind === 'swiglu' ? 2 : 1;
  // Invocations of different groups read different values, so they cannot share them.
  return tuning.lanes === 1 || groups
    ? alone(tile, matrices, blocks, { ...tuning, sharedLoads: groups ? 0 : tuning.sharedLoads })
    : staged(tile, matrices, blocks, tuning);
}

/** Weight rows of an invocation that computes whole sums: a sum of squares covers four values. */
export const ROWS_ALONE = 4;

function alone(
  tile: number,
  matrices: number,
  blocks: number,
  { lanes, mulMatWorkgroup, sharedLoads }: MappingTuning,
): Mapping {
  return {
    tile,
    workgroupSize: mulMatWorkgroup,
    weightRows: mulMatWorkgroup * ROWS_ALONE,
    defines: {
      MAPPING: 'alone',
      R: ROWS_ALONE,
      ROWS: matrices * ROWS_ALONE,
      // Each of the neighbours computes the factor of one row.
      SHARED: tile <= sharedLoads ? sharedLoads : 0,
      CLASSED: classed(blocks, lanes),
    },
  };
}

/** Classes of a sum (docs/exactness.md). */
export const CLASSES = 16;
/**
 * Whether the loop of lib/block_products.wgsl needs classes, as 1 or 0: not if each has one block. GPUs always do, because their
 * compilers might contract a product and its addition.
 */
export function classed(blocks: number, lanes: Tuning['lanes']): 0 | 1 {
  return lanes > 1 || blocks > CLASSES ? 1 : 0;
}

/** Class lanes that a workgroup may have. */
const CLASS_LANES = [4, 8, CLASSES];
/** Vectors of four values in the workgroup memory of a product: 8 KiB. */
const SHARED_VECTORS = 512;

function staged(
  widest: number,
  matrices: number,
  blocks: number,
  { rowLanes, laneRows, maxSums }: MappingTuning,
): Mapping {
  const tile = Math.min(widest, Math.max(1, maxSums / (matrices * laneRows)));
  const weightRows = rowLanes * laneRows;
  // Classes that a row has, or some more.
  const lanes = CLASS_LANES.find(count => count >= blocks) ?? CLASSES;
  // Blocks of every row that are staged at a time: whole rounds of all classes, or a part of each block of a round.
  const stage = Math.max(lanes, Math.min(alignUp(blocks, lanes), SHARED_VECTORS / 8 / tile));
  const quads = Math.min(4, SHARED_VECTORS / 2 / (tile * stage));
  const nStaged = tile * stage * 2 * quads;
  const workgroupSize = lanes * rowLanes;
  const vectors = ceilDiv(tile * matrices, 4);
  const pass = Math.min(vectors, SHARED_VECTORS / lanes / weightRows, lanes / laneRows);
  return {
    tile,
    workgroupSize,
    weightRows,
    defines: {
      MAPPING: 'staged',
      R: laneRows,
      ROWS: matrices * laneRows,
      LANES: lanes,
      ROW_LANES: rowLanes,
      STAGE: stage,
      QUADS: quads,
      SLICES: 4 / quads,
      STEPS: ceilDiv(nStaged, workgroupSize),
      PARTLY: nStaged % workgroupSize === 0 ? 0 : 1,
      TAIL: blocks % stage === 0 ? 0 : 1,
      VECTORS: vectors,
      PASS: pass,
      PASSES: ceilDiv(vectors, pass),
    },
  };
}

/** Mapping for many rows on GPUs, shaders/lib/mul_mat_tile.wgsl. If it is faulty, tiles of few rows replace it. */
function tiled({ n, epilogue, groups }: MulMatShape, tile: number): Mapping {
  const weightRows = epilogue.kind === 'swiglu' ? 32 : 64;
  return {
    tile,
    workgroupSize: 256,
    weightRows,
    defines: { MAPPING: 'tile', PER: tile / 16 },
    ...(groups && { tiles: (n / groups.rows) * ceilDiv(groups.rows, weightRows) }),
    tuned: ['manyRows'],
  };
}

interface EpilogueOptions {
  readonly defines: Readonly<Record<string, string | number>>;
  readonly overrides: Readonly<Record<string, number>>;
  /** Uses of the buffers after dst. */
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

/** Refuses combinations that no model needs and the shader does not implement. */
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

/** Overrides that tell a kernel where to write its result. */
export function destination({ dstStride, dstOffset = 0 }: Destination) {
  return { DST_STRIDE: dstStride, DST_OFFSET: dstOffset };
}

/** Most weight rows of one product if a grid may have `maxWorkgroups` in a dimension. */
export function mostWeightRows(
  { lanes, rowLanes, laneRows, mulMatWorkgroup }: Tuning,
  maxWorkgroups: number,
): number {
  return maxWorkgroups * (lanes === 1 ? mulMatWorkgroup * ROWS_ALONE : rowLanes * laneRows);
}
