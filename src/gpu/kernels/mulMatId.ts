import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { BufferUse } from '../pipelines.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { type Destination, destination } from './mulMat.ts';

/** Rows of a batch in a tile, within which the rows that chose the same expert are found. */
const CHOICES_TILE = 16;
const DOWN_TILE = 4;

export interface MulMatIdShape {
  readonly stage: MulMatIdStage;
  readonly weight: WeightType;
  readonly blocks: number;
  /** Weight rows of one expert (with gate_up: of gate and of up), and the destination of their products. */
  readonly n: number;
  readonly dst: Destination;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
}

export type MulMatIdStage =
  /** Computes `dst[row, e, n]` = activation(gate·x) (up·x) of the chosen experts; silu by default. */
  | (ChoiceStage & { readonly kind: 'gate_up'; readonly activation?: 'silu' | 'gelu' | 'oai' })
  /** Computes `dst[row, e, n]` = weight·x. Gates and ups of different types take two of these, then `swiglu`. */
  | (ChoiceStage & { readonly kind: 'store' })
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

/**
 * Products with the matrices of experts. Buffers: step, quants, scales, src, dst; then for `down` norm_weight, next, chosen; for
 * other stages chosen, and bias if there is one. `src` has one row per batch row, for `down` and `down_store` one per chosen
 * expert.
 */
export const mulMatId = kernel(
  'mul_mat_id',
  ['lanes', 'sharedLoads', 'mulMatWorkgroup', 'expertRows'],
  (shape: MulMatIdShape, tuning) => {
    const { stage, n, rows } = shape;
    const isDown = stage.kind === 'down' || stage.kind === 'down_store';
    const isGated = stage.kind === 'gate_up';
    // gate and up together have as many rows per invocation as down.
    const lanes = tuning.lanes === 1 ? 1 : 16;
    const weightRows = lanes === 1 ? 4 : 1;
    const r = isGated ? ceilDiv(weightRows, 2) : weightRows;
    const atOnce = rows === 1 ? 1 : tuning.expertRows;
    const tile = rows === 1 ? 1 : isDown ? DOWN_TILE : CHOICES_TILE;
    const x = ceilDiv(n * lanes, tuning.mulMatWorkgroup * r);
    const tiles = ceilDiv(rows, tile);
    const options = isDown ? downOptions(stage) : choiceOptions(stage);
    return {
      tile,
      defines: {
        AT_ONCE: atOnce,
        W_END: atOnce + 1,
        TILE: tile,
        R: r,
        OWN: lanes === 1 ? r : 4,
        ROWS: isGated ? 2 * r : r,
        LANES: lanes,
        SHARED: tuning.sharedLoads ? 1 : 0,
        SLICES: isDown ? tile : (isGated ? 3 : 2) * atOnce,
        STAGE: stage.kind,
        WEIGHT: shape.weight,
        ...options.defines,
      },
      overrides: {
        WORKGROUP_SIZE: tuning.mulMatWorkgroup,
        BLOCKS: shape.blocks,
        N: n,
        N_EXPERTS: shape.nExperts,
        N_USED: shape.nUsed,
        ...destination(shape.dst),
        ...options.overrides,
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...lastBindings(stage)],
      workgroups: isDown ? [x, tiles, 1] : [x, rows === 1 ? shape.nUsed : shape.nExperts, tiles],
    };
  },
);

function choiceOptions(stage: MulMatIdStage & { readonly kind: 'gate_up' | 'store' }) {
  const { norm, bias, weighsInput } = stage;
  const activation = stage.kind === 'gate_up' ? stage.activation : undefined;
  return {
    defines: {
      ...(!norm && { NORMED: 0 }),
      ...(activation && activation !== 'silu' && { ACTIVATION: activation }),
      ...(bias && { BIAS: 1 }),
      ...(weighsInput && { WEIGHS_INPUT: 1 }),
    },
    overrides: { ...(norm && { NORM_K: norm.k, EPS: norm.eps }), ...(bias && { BIAS_ROWS: bias.rows }) },
  };
}

function downOptions(stage: MulMatIdStage & { readonly kind: 'down' | 'down_store' }) {
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

function lastBindings(stage: MulMatIdStage): readonly BufferUse[] {
  if (stage.kind === 'down') return ['read', 'write', 'read'];
  return stage.bias ? ['read', 'read'] : ['read'];
}
