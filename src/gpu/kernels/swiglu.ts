import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

export interface SwigluShape {
  readonly n: number;
  readonly rows: number;
  readonly srcStride: number;
  readonly dstStride: number;
  /** `silu` by default; `oai` is gpt-oss' clamped swiglu. */
  readonly activation?: 'silu' | 'gelu' | 'oai';
  /** Rows of src per row of the batch, e.g. one per expert. */
  readonly perRow?: number;
}

/** Computes `activation(gate) · up` of rows that hold gate, then up; buffers: step, src, dst. */
export const swiglu = kernel('swiglu', [], (shape: SwigluShape) => {
  const { n, rows, srcStride, dstStride, activation = 'silu', perRow = 1 } = shape;
  return {
    defines: { ...(activation !== 'silu' && { ACTIVATION: activation }) },
    overrides: {
      WORKGROUP_SIZE,
      N: n,
      SRC_STRIDE: srcStride,
      DST_STRIDE: dstStride,
      ...(perRow !== 1 && { PER_ROW: perRow }),
    },
    bindings: ['read', 'read', 'write'],
    workgroups: [ceilDiv(n, WORKGROUP_SIZE), rows * perRow, 1],
  };
});
