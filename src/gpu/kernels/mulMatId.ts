import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';

export interface MulMatIdShape {
  /** `gate_up`: the chosen experts' silu(gate·x)·(up·x); `down`: their weighted sum onto the residual. */
  readonly stage: 'gate_up' | 'down';
  readonly weight: WeightType;
  readonly blocks: number;
  /** Weight rows of one expert (of gate and of up). */
  readonly n: number;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
  readonly dstStride: number;
}

/** Expert products; buffers: step, quants, scales, src, dst, chosen. */
export function mulMatId(shape: MulMatIdShape, tuning: Tuning): KernelSpec {
  const x = ceilDiv(shape.n * tuning.lanes, tuning.mulMatWorkgroup);
  return {
    shader: 'mul_mat_id',
    defines: { LANES: tuning.lanes, STAGE: shape.stage, WEIGHT: shape.weight },
    overrides: {
      WORKGROUP_SIZE: tuning.mulMatWorkgroup,
      BLOCKS: shape.blocks,
      N: shape.n,
      N_EXPERTS: shape.nExperts,
      N_USED: shape.nUsed,
      DST_STRIDE: shape.dstStride,
    },
    bindings: ['read', 'read', 'read', 'read', 'write', 'read'],
    workgroups: shape.stage === 'gate_up' ? [x, shape.nUsed, shape.rows] : [x, shape.rows, 1],
  };
}
