import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

export interface XieluShape {
  readonly n: number;
  readonly rows: number;
  readonly srcStride: number;
  readonly dstStride: number;
}

/** Activation of Apertus; buffers: step, src, constants (alpha_p, alpha_n, beta, eps), dst. */
export const xielu = kernel('xielu', [], ({ n, rows, srcStride, dstStride }: XieluShape) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE, N: n, SRC_STRIDE: srcStride, DST_STRIDE: dstStride },
    bindings: ['read', 'read', 'read', 'write'],
    workgroups: [ceilDiv(dstStride, WORKGROUP_SIZE), rows, 1],
  };
});
