import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

export interface CopyRowsShape {
  /** Values of a row. */
  readonly n: number;
  readonly srcStride: number;
  readonly dstStride: number;
  /** Column of dst where they begin; 0 if absent. */
  readonly offset?: number;
  readonly rows: number;
  /** Copies only the rows that have outputs. */
  readonly gather?: boolean;
  /** Positions of a slot in `dst` [slot][ring][dstStride], where each row goes to its own, modulo `ring`. */
  readonly ring?: number;
}

/** Copies rows. Buffers: step, src [rows, srcStride], dst [rows, dstStride]. */
export const copyRows = kernel('copy_rows', [], (shape: CopyRowsShape) => {
  const { n, srcStride, dstStride, offset = 0, rows, gather, ring } = shape;
  return {
    defines: { ...(gather && { GATHER: 1 }), ...(ring && { RING: 1 }) },
    overrides: {
      WORKGROUP_SIZE,
      N: n,
      SRC_STRIDE: srcStride,
      DST_STRIDE: dstStride,
      OFFSET: offset,
      ...(ring && { RING_ROWS: ring }),
    },
    bindings: ['read', 'read', 'write'],
    workgroups: [ceilDiv(n, WORKGROUP_SIZE), rows, 1],
  };
});
