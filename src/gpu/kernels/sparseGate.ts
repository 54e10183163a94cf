import { assert } from '../../util/assert.ts';
import { kernel } from '../kernel.ts';

export interface SparseGateShape {
  readonly n: number;
  readonly rows: number;
  readonly stride: number;
  /** Standard deviations by which a gate must exceed the mean of its row. */
  readonly deviations: number;
}

/** Cuts off the small gates of each row. Buffers: step, rows that begin with gates. */
export const sparseGate = kernel('sparse_gate', ['rowWorkgroup'], (shape: SparseGateShape, tuning) => {
  const { n, rows, stride, deviations } = shape;
  assert(n > 1, () => `the deviation of ${n} gates`);
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: tuning.rowWorkgroup, N: n, STRIDE: stride, DEVIATIONS: deviations },
    bindings: ['read', 'write'],
    workgroups: [rows, 1, 1],
  };
});
