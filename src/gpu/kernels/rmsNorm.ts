import { kernel } from '../kernel.ts';

export interface RmsNormShape {
  /** Values per row, without and with padding to a multiple of 32. */
  readonly k: number;
  readonly kPadded: number;
  readonly eps: number;
  readonly rows: number;
  /** Normalises only the output rows, packed together. */
  readonly gather?: boolean;
  /** Positions of a slot in `dst` [slot][ring][kPadded], where each row goes to its own, modulo `ring`. */
  readonly ring?: number;
}

/** Computes `dst = src / rms(src) · weight`, row by row; buffers: step, src, weight, dst. */
export const rmsNorm = kernel('rms_norm', ['rowWorkgroup'], (shape: RmsNormShape, tuning) => {
  return {
    defines: { GATHER: shape.gather ? 1 : 0, ...(shape.ring && { RING: 1 }) },
    overrides: {
      WORKGROUP_SIZE: tuning.rowWorkgroup,
      K: shape.k,
      STRIDE: shape.kPadded / 4,
      EPS: shape.eps,
      ...(shape.ring && { RING_ROWS: shape.ring }),
    },
    bindings: ['read', 'read', 'read', 'write'],
    workgroups: [shape.rows, 1, 1],
  };
});
