import { alignUp } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

export interface JoinHiddenShape {
  /** Values of an embedding, and of a hidden state. */
  readonly k: number;
  readonly rows: number;
  /** Positions of a slot in the ring of hidden states. */
  readonly ring: number;
  readonly eps: number;
  /** Rows that replace the embeddings': the state, or the normalised one; absent if the embeddings stay. */
  readonly residual?: 'state' | 'normed';
}

/** Stride of the rows that are joined, in values. */
export function joinedStride(k: number): number {
  return alignUp(2 * k, 32);
}

/**
 * Joins each row's embedding with the hidden state of the position before it, both normalised. Buffers: step, embeddings [rows, padded
 * k; these become the residual stream with `residual`], ring [slot][ring][padded k], weights of both norms, dst [rows, `joinedStride`].
 */
export const joinHidden = kernel('join_hidden', ['rowWorkgroup'], (shape: JoinHiddenShape, tuning) => {
  const { k, rows, ring, eps, residual } = shape;
  return {
    defines: residual ? { RESIDUAL: residual } : {},
    overrides: {
      WORKGROUP_SIZE: tuning.rowWorkgroup,
      K: k,
      STRIDE: alignUp(k, 32),
      DST_STRIDE: joinedStride(k),
      RING_ROWS: ring,
      EPS: eps,
    },
    bindings: ['read', residual ? 'write' : 'read', 'read', 'read', 'write'],
    workgroups: [rows, 1, 1],
  };
});
