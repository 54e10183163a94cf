import type { WeightType } from '../../quant/types.ts';
import { kernel } from '../kernel.ts';
import type { DeferredNorm } from './deferredNorm.ts';

export interface RouterShape {
  readonly weight: WeightType;
  readonly blocks: number;
  /** The deferred norm of the rows of src. */
  readonly norm: DeferredNorm;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
}

/** The experts of each row and their weights; buffers: step, quants, scales, src, chosen. */
export const router = kernel('router', [], (shape: RouterShape) => {
  return {
    defines: { WEIGHT: shape.weight },
    overrides: {
      // A lane per expert, in whole groups of four.
      WORKGROUP_SIZE: Math.min(64, Math.ceil(shape.nExperts / 4) * 4),
      BLOCKS: shape.blocks,
      NORM_K: shape.norm.k,
      EPS: shape.norm.eps,
      N_EXPERTS: shape.nExperts,
      N_USED: shape.nUsed,
    },
    bindings: ['read', 'read', 'read', 'read', 'write'],
    workgroups: [shape.rows, 1, 1],
  };
});
