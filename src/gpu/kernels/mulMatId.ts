import type { WeightType } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';
import { ceilDiv } from '../../util/math.ts';
import type { Variant } from '../kernel.ts';
import { kernel } from '../kernel.ts';
import type { BufferUse } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import { CHOICE_GROUP, type ChoiceCounts, mostChoiceGroups, sortsChoices, sumsApart } from './choices.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { CLASSES, classed, type Destination, destination, ROWS_ALONE } from './mulMat.ts';

/** Rows of a batch in a tile of a software adapter, within which the rows that chose the same expert are found. */
const CHOICES_TILE = 16;
const DOWN_TILE = 8;
/** Most rounds of a block for each class lane that are staged at once, and row lanes (shaders/lib/expert_lanes.wgsl). */
const MOST_SPAN = 4;
const ROW_LANES = 16;
/** Row lanes of a sum over experts, and the stride of its class sums per expert (shaders/lib/expert_sum_lanes.wgsl). */
const SUM_ROW_LANES = 8;
const SUM_STRIDE = 136;

export interface MulMatIdShape extends ChoiceCounts {
  readonly stage: MulMatIdStage;
  readonly weight: WeightType;
  readonly blocks: number;
  /** Weight rows of one expert (with gate_up: of gate and of up), and the destination of their products. */
  readonly n: number;
  readonly dst: Destination;
}

export type MulMatIdStage =
  /** Computes `dst[row, e, n]` = activation(gate·x) (up·x) of the chosen experts; silu by default. */
  | (ChoiceStage & { readonly kind: 'gate_up'; readonly activation?: 'silu' | 'gelu' | 'oai' })
  /**
   * Computes `dst[row, e, n]` = weight·x; with `ofChoices` src has a row for each choice. Gates and ups of different types take
   * two of these, then `swiglu`.
   */
  | (ChoiceStage & { readonly kind: 'store'; readonly ofChoices?: true })
  | ExpertSum;

/** Sum over the experts of a row. */
export type ExpertSum =
  /** Adds the weighted sum of the chosen experts' products, times `scale`, to the residual stream. */
  | { readonly kind: 'down'; readonly scale?: number }
  /** Stores that sum in `dst[row, n]` (with biases: of product + bias), or the plain sum of the chosen experts' products. */
  | { readonly kind: 'down_store'; readonly weighted: boolean; readonly bias?: ExpertBias };

/** Options of the stages that multiply each row of src by the matrices of its experts. */
interface ChoiceStage {
  /** Deferred norm of the rows of src; without it they are multiplied unchanged, with a padded stride. */
  readonly norm?: DeferredNorm;
  /** Biases of the matrix; with gate_up those of all experts' gates, then of their ups. */
  readonly bias?: ExpertBias;
  /** Whether products are multiplied by the expert's weight, before a bias is added. */
  readonly weighsInput?: boolean;
}

/** Biases [expert][rows] without padding, for all weight rows of an expert. This matrix uses those from `dst.dstOffset` on. */
export interface ExpertBias {
  readonly rows: number;
}

type MulMatIdTuning = Pick<Tuning, 'lanes' | 'sharedLoads' | 'mulMatWorkgroup' | 'expertRows' | 'unpack'>;

/**
 * Products with the matrices of experts. Buffers: step, quants, scales, src, dst; then for `down` norm_weight, next, chosen; for
 * other stages chosen, and bias if there is one; for those with a row of dst per choice, if lanes share a weight row, sorted,
 * which `sortChoices` fills if `sortsChoices` says so. `src` has one row per batch row, for sums and with `ofChoices` one per
 * chosen expert.
 */
export const mulMatId = kernel(
  'mul_mat_id',
  ['lanes', 'sharedLoads', 'mulMatWorkgroup', 'expertRows', 'unpack'],
  (shape: MulMatIdShape, tuning) => {
    const { stage, n } = shape;
    const isSum = isExpertSum(stage);
    const options = isSum ? sumOptions(stage) : choiceOptions(stage);
    const mapping =
      tuning.lanes === 1 ? tiles(shape, tuning) : isSum ? sumLanes(shape) : lanes(shape, tuning);
    return {
      tile: mapping.tile,
      defines: {
        ...mapping.defines,
        LANES: tuning.lanes,
        UNPACK: tuning.unpack,
        STAGE: stage.kind,
        WEIGHT: shape.weight,
        ...options.defines,
      },
      overrides: {
        ...mapping.overrides,
        BLOCKS: shape.blocks,
        N: n,
        N_EXPERTS: shape.nExperts,
        N_USED: shape.nUsed,
        ...destination(shape.dst),
        ...options.overrides,
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...lastBindings(stage, tuning)],
      workgroups: mapping.workgroups,
    };
  },
);

type Mapping = Required<Pick<Variant, 'tile' | 'defines' | 'overrides' | 'workgroups'>>;

/** Mapping of software adapters (shaders/lib/expert_tiles.wgsl). */
function tiles({ stage, n, blocks, nExperts, nUsed, rows }: MulMatIdShape, tuning: MulMatIdTuning): Mapping {
  const isSum = isExpertSum(stage);
  const isGated = stage.kind === 'gate_up';
  // gate and up together have as many rows per invocation as down.
  const r = isGated ? ROWS_ALONE / 2 : ROWS_ALONE;
  const atOnce = rows === 1 ? 1 : tuning.expertRows;
  const tile = rows === 1 ? 1 : isSum ? DOWN_TILE : CHOICES_TILE;
  const x = ceilDiv(n, tuning.mulMatWorkgroup * r);
  return {
    tile,
    defines: {
      AT_ONCE: atOnce,
      W_END: atOnce + 1,
      TILE: tile,
      R: r,
      ROWS: isGated ? 2 * r : r,
      SHARED: tuning.sharedLoads,
      CLASSED: classed(blocks, tuning.lanes),
    },
    overrides: { WORKGROUP_SIZE: tuning.mulMatWorkgroup },
    workgroups: isSum ? [x, ceilDiv(rows, tile), 1] : [x, rows === 1 ? nUsed : nExperts, ceilDiv(rows, tile)],
  };
}

/** Mapping of outputs of choices to GPUs (shaders/lib/expert_lanes.wgsl). */
function lanes(shape: MulMatIdShape, tuning: MulMatIdTuning): Mapping {
  const { stage, n, blocks, nUsed, rows } = shape;
  const isSorted = sortsChoices(shape, tuning);
  const x = ceilDiv(n, stage.kind === 'gate_up' ? ROW_LANES / 2 : ROW_LANES);
  const overrides = { WORKGROUP_SIZE: ROW_LANES * CLASSES };
  if (isSorted) {
    const staged = (CHOICE_GROUP * CLASSES * 8) / 2;
    return {
      tile: CHOICE_GROUP,
      defines: { TILE: CHOICE_GROUP, HALVES: 2, QUADS: 2, STAGED: staged, LOADS: staged / 256 },
      overrides,
      workgroups: [x, mostChoiceGroups(shape), 1],
    };
  }
  const span = Math.min(MOST_SPAN, ceilDiv(blocks, CLASSES));
  // At the end the class sums of all invocations take the place of the rows.
  const staged = Math.max(2, span) * CLASSES * 8;
  return {
    tile: 1,
    defines: { TILE: 1, SPAN: span, STAGED: staged, LOADS: ceilDiv(staged, 256) },
    overrides,
    workgroups: [x, nUsed, rows],
  };
}

/** Mapping of sums over experts to GPUs (shaders/lib/expert_sum_lanes.wgsl). */
function sumLanes(shape: MulMatIdShape): Mapping {
  const { n, nUsed, rows } = shape;
  assert(
    !sumsApart({ ...shape, rows: 1 }, { lanes: CLASSES }),
    () => `a sum over ${nUsed} experts in one kernel`,
  );
  return {
    tile: 1,
    defines: { N_SUMS: nUsed * SUM_STRIDE },
    overrides: { WORKGROUP_SIZE: SUM_ROW_LANES * CLASSES },
    workgroups: [ceilDiv(n, SUM_ROW_LANES), rows, 1],
  };
}

function isExpertSum(stage: MulMatIdStage): stage is ExpertSum {
  return stage.kind === 'down' || stage.kind === 'down_store';
}

function choiceOptions(stage: Exclude<MulMatIdStage, ExpertSum>) {
  const { norm, bias, weighsInput } = stage;
  const activation = stage.kind === 'gate_up' ? stage.activation : undefined;
  return {
    defines: {
      ...(!norm && { NORMED: 0 }),
      ...(activation && activation !== 'silu' && { ACTIVATION: activation }),
      ...(bias && { BIAS: 1 }),
      ...(weighsInput && { WEIGHS_INPUT: 1 }),
      ...(stage.kind === 'store' && stage.ofChoices && { OF_CHOICES: 1 }),
    },
    overrides: { ...(norm && { NORM_K: norm.k, EPS: norm.eps }), ...(bias && { BIAS_ROWS: bias.rows }) },
  };
}

/** Defines and overrides of a sum over experts. */
export function sumOptions(stage: ExpertSum) {
  if (stage.kind === 'down') {
    const { scale = 1 } = stage;
    return { defines: {}, overrides: { ...(scale !== 1 && { SCALE: scale }) } };
  }
  const { weighted, bias } = stage;
  return {
    defines: { ...(!weighted && { WEIGHTED: 0 }), ...(bias && { BIAS: 1 }) },
    overrides: { ...(bias && { BIAS_ROWS: bias.rows }) },
  };
}

/** Buffers of a sum over experts beside its operands: norm_weight and next, or a bias. */
export function sumBindings(stage: ExpertSum): readonly BufferUse[] {
  if (stage.kind === 'down') return ['read', 'write'];
  return stage.bias ? ['read'] : [];
}

function lastBindings(stage: MulMatIdStage, { lanes }: Pick<Tuning, 'lanes'>): readonly BufferUse[] {
  if (stage.kind === 'down') return [...sumBindings(stage), 'read'];
  if (stage.kind === 'down_store') return ['read', ...sumBindings(stage)];
  return ['read', ...(stage.bias ? (['read'] as const) : []), ...(lanes === 1 ? [] : (['read'] as const))];
}
