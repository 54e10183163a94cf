import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { type Destination, destination, weightRows } from './mulMat.ts';

/** Rows of a batch among which those that chose the same expert are found. */
const GATE_UP_TILE = 16;
const DOWN_TILE = 4;

export interface MulMatIdShape {
  readonly stage: MulMatIdStage;
  readonly weight: WeightType;
  readonly blocks: number;
  /** Weight rows of one expert (of gate and of up), and where their products go. */
  readonly n: number;
  readonly dst: Destination;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
}

export type MulMatIdStage =
  /** The chosen experts' silu(gate·x)·(up·x), x with its norm deferred. */
  | { readonly kind: 'gate_up'; readonly norm: DeferredNorm }
  /** Their weighted sum onto the residual stream. */
  | { readonly kind: 'down' };

/** Expert products; buffers: step, quants, scales, src, dst, and chosen; in `down` norm_weight, next, chosen. */
export const mulMatId = kernel(
  'mul_mat_id',
  ['lanes', 'sharedLoads', 'mulMatWorkgroup', 'expertRows'],
  (shape: MulMatIdShape, tuning) => {
    const { stage, n, rows } = shape;
    const isGateUp = stage.kind === 'gate_up';
    // Those of gate and those of up are as many as of down.
    const r = isGateUp ? ceilDiv(weightRows(tuning), 2) : weightRows(tuning);
    const atOnce = rows === 1 ? 1 : tuning.expertRows;
    const tile = rows === 1 ? 1 : isGateUp ? GATE_UP_TILE : DOWN_TILE;
    const x = ceilDiv(n * tuning.lanes, tuning.mulMatWorkgroup * r);
    const tiles = ceilDiv(rows, tile);
    return {
      tile,
      defines: {
        AT_ONCE: atOnce,
        W_END: atOnce + 1,
        TILE: tile,
        R: r,
        OWN: tuning.lanes === 1 ? r : 4,
        ROWS: isGateUp ? 2 * r : r,
        LANES: tuning.lanes,
        SHARED: tuning.sharedLoads ? 1 : 0,
        SLICES: isGateUp ? 3 * atOnce : tile,
        STAGE: stage.kind,
        WEIGHT: shape.weight,
      },
      overrides: {
        WORKGROUP_SIZE: tuning.mulMatWorkgroup,
        BLOCKS: shape.blocks,
        N: n,
        N_EXPERTS: shape.nExperts,
        N_USED: shape.nUsed,
        ...destination(shape.dst),
        ...(isGateUp && { NORM_K: stage.norm.k, EPS: stage.norm.eps }),
      },
      bindings: isGateUp
        ? ['read', 'read', 'read', 'read', 'write', 'read']
        : ['read', 'read', 'read', 'read', 'write', 'read', 'write', 'read'],
      workgroups: isGateUp ? [x, rows === 1 ? shape.nUsed : shape.nExperts, tiles] : [x, tiles, 1],
    };
  },
);
