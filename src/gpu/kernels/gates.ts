import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

const WORKGROUP_SIZE = 64;

export interface GatedNormShape {
  /** Values that are normalised together, and their number in a row. */
  readonly width: number;
  readonly groups: number;
  readonly rows: number;
  readonly srcStride: number;
  /** Stride of the rows with gates, and the offset of the gates in them. */
  readonly gateStride: number;
  readonly offset: number;
  readonly dstStride: number;
  readonly eps: number;
  /** Whether the gates multiply before the norm. */
  readonly gateFirst: boolean;
  /** Whether each group has weights of its own. */
  readonly ownWeights: boolean;
}

/** RMS norm of groups and their gates by silu. Buffers: step, src, rows with gates, weights, dst. */
export const gatedNorm = kernel('gated_norm', ['rowWorkgroup'], (shape: GatedNormShape, tuning) => ({
  defines: shape.gateFirst ? { GATE_FIRST: 1 } : {},
  overrides: {
    WORKGROUP_SIZE: tuning.rowWorkgroup,
    WIDTH: shape.width,
    SRC_STRIDE: shape.srcStride,
    GATE_STRIDE: shape.gateStride,
    OFFSET: shape.offset,
    DST_STRIDE: shape.dstStride,
    EPS: shape.eps,
    WEIGHT_STRIDE: shape.ownWeights ? shape.width : 0,
  },
  bindings: ['read', 'read', 'read', 'read', 'write'],
  workgroups: [shape.groups, shape.rows, 1],
}));

export interface GateShape {
  readonly activation: 'sigmoid' | 'silu' | 'identity';
  readonly n: number;
  readonly rows: number;
  readonly srcStride: number;
  readonly offset: number;
  readonly xStride: number;
}

/** Multiplies values by the activations of gates. Buffers: step, rows with gates, x. */
export const gate = kernel('gate', [], (shape: GateShape) => {
  const { activation, n, rows, srcStride, offset, xStride } = shape;
  return {
    defines: activation === 'sigmoid' ? {} : { ACTIVATION: activation },
    overrides: { WORKGROUP_SIZE, N: n, SRC_STRIDE: srcStride, OFFSET: offset, X_STRIDE: xStride },
    bindings: ['read', 'read', 'write'],
    workgroups: [ceilDiv(n, WORKGROUP_SIZE), rows, 1],
  };
});
