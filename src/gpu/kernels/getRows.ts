import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 8;

/** A token of a batch that stands for element `at` of those that an earlier step chose. */
export function chosenToken(at: number): number {
  return 2 ** 31 + at;
}

export interface GetRowsShape {
  readonly weight: WeightType;
  readonly blocks: number;
  /** Tokens whose embeddings the matrix has, and the first of them. */
  readonly n: number;
  readonly firstToken?: number;
  /** Rows of the batch; those with another token are left as they are. */
  readonly rows: number;
}

/**
 * The embeddings of the batch's tokens, with their norm deferred; buffers: step, quants, scales, dst, norm_weight, next,
 * chosen.
 */
export const getRows = kernel('get_rows', [], ({ weight, blocks, n, firstToken = 0, rows }: GetRowsShape) => {
  return {
    defines: { WEIGHT: weight },
    overrides: { WORKGROUP_SIZE, BLOCKS: blocks, FIRST_TOKEN: firstToken, N: n },
    bindings: ['read', 'read', 'read', 'write', 'read', 'write', 'read'],
    workgroups: [ceilDiv(blocks, WORKGROUP_SIZE), rows, 1],
  };
});
