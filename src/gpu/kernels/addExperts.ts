import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { Destination } from './mulMat.ts';
import { destination } from './mulMat.ts';
import { type ExpertSum, sumBindings, sumOptions } from './mulMatId.ts';

const WORKGROUP_SIZE = 64;

export interface AddExpertsShape {
  readonly stage: ExpertSum;
  /** Values of a row, and the stride of their products in src, a multiple of four. */
  readonly n: number;
  readonly srcStride: number;
  readonly dst: Destination;
  readonly nUsed: number;
  readonly rows: number;
}

/**
 * Adds the products of each row's experts that `mulMatId` stored, as its own stage `down` or `down_store` would, bit for bit.
 * Buffers: step, src, chosen, dst; then for `down` norm_weight, next, for `down_store` bias if there is one.
 */
export const addExperts = kernel('add_experts', [], (shape: AddExpertsShape) => {
  const { stage, n, srcStride, nUsed, rows } = shape;
  const options = sumOptions(stage);
  return {
    defines: { STAGE: stage.kind, ...options.defines },
    overrides: {
      WORKGROUP_SIZE,
      N: n,
      N_USED: nUsed,
      SRC_STRIDE: srcStride,
      ...destination(shape.dst),
      ...options.overrides,
    },
    bindings: ['read', 'read', 'read', 'write', ...sumBindings(stage)],
    workgroups: [ceilDiv(n, 4 * WORKGROUP_SIZE), rows, 1],
  };
});
