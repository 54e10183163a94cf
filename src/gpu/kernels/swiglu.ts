import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

/** `silu(gate) · up` of rows that hold gate, then up; buffers: step, src, dst. */
export const swiglu = kernel(
  'swiglu',
  [],
  (shape: { n: number; rows: number; srcStride: number; dstStride: number }) => {
    return {
      defines: {},
      overrides: { WORKGROUP_SIZE, N: shape.n, SRC_STRIDE: shape.srcStride, DST_STRIDE: shape.dstStride },
      bindings: ['read', 'read', 'write'],
      workgroups: [ceilDiv(shape.n, WORKGROUP_SIZE), shape.rows, 1],
    };
  },
);
