import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import type { KernelSpec } from '../pipelines.ts';

const WORKGROUP_SIZE = 8;

/** A token of a batch that stands for element `at` of those that an earlier step chose. */
export function chosenToken(at: number): number {
  return 2 ** 31 + at;
}

/**
 * The embeddings of the batch's tokens, with their norm deferred; buffers: step, quants, scales, dst, norm_weight, next,
 * chosen.
 */
export function getRows(shape: { weight: WeightType; blocks: number; rows: number }): KernelSpec {
  return {
    shader: 'get_rows',
    defines: { WEIGHT: shape.weight },
    overrides: { WORKGROUP_SIZE, BLOCKS: shape.blocks },
    bindings: ['read', 'read', 'read', 'write', 'read', 'write', 'read'],
    workgroups: [ceilDiv(shape.blocks, WORKGROUP_SIZE), shape.rows, 1],
  };
}
