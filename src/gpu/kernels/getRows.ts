import type { WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 8;

/** Token code in a batch for element `at` of the tokens that an earlier step chose. */
export function chosenToken(at: number): number {
  return 2 ** 31 + at;
}

export interface GetRowsShape {
  readonly weight: WeightType;
  readonly blocks: number;
  /** Number of tokens whose embeddings the matrix has, and the first of them. */
  readonly n: number;
  readonly firstToken?: number;
  /** Rows of the batch; those with a token outside this matrix stay unchanged. */
  readonly rows: number;
  /** Factor of the embeddings, 1 by default. */
  readonly scale?: number;
  /** Whether to add the row of a position table. */
  readonly positions?: true;
  /** Whether to leave the norm out. */
  readonly plain?: true;
}

/**
 * Embeddings of the batch's tokens, with a deferred norm. Buffers: step, quants, scales, dst, norm_weight and next unless `plain`,
 * chosen, and with `positions` a table [position][padded row].
 */
export const getRows = kernel('get_rows', [], (shape: GetRowsShape) => {
  const { weight, blocks, n, firstToken = 0, rows, scale = 1, positions, plain } = shape;
  return {
    defines: { WEIGHT: weight, ...(positions && { POSITIONS: 1 }), ...(plain && { PLAIN: 1, CHOSEN_AT: 4 }) },
    overrides: {
      WORKGROUP_SIZE,
      BLOCKS: blocks,
      FIRST_TOKEN: firstToken,
      N: n,
      ...(scale !== 1 && { SCALE: scale }),
    },
    bindings: [
      'read',
      'read',
      'read',
      'write',
      ...(plain ? [] : (['read', 'write'] as const)),
      'read',
      ...(positions ? (['read'] as const) : []),
    ],
    workgroups: [ceilDiv(blocks, WORKGROUP_SIZE), rows, 1],
  };
});
