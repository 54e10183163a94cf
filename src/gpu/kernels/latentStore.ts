import { assert } from '../../util/assert.ts';
import { kernel } from '../kernel.ts';

export interface LatentStoreShape {
  readonly nHead: number;
  /** Widths of the parts of a query: not rotated (first), and rotated; multiples of 4. */
  readonly nNope: number;
  readonly nRope: number;
  /** Values of a latent, a multiple of 4. */
  readonly nLatent: number;
  readonly cache: 'f32' | 'f16';
  readonly rows: number;
  /** Strides of the rows of q, q_latent and kv in values, multiples of 4. */
  readonly qStride: number;
  readonly qLatentStride: number;
  readonly kvStride: number;
  /** Epsilon of the latent's norm. */
  readonly eps: number;
}

/**
 * Queries and cells of latent attention (MLA, absorbed). Buffers: step, q [rows][nHead][nNope + nRope], q_latent
 * [rows][nHead][nLatent], kv [rows][nLatent + nRope], dst [rows][nHead][nLatent + nRope], k_cache, whose cells have nLatent +
 * nRope values, rope table, weights of the latent's norm.
 */
export const latentStore = kernel('latent_store', ['rowWorkgroup'], (shape: LatentStoreShape, tuning) => {
  const { nHead, nNope, nRope, nLatent, cache, rows, qStride, qLatentStride, kvStride, eps } = shape;
  assert(
    [nNope, nRope, nLatent, qStride, qLatentStride, kvStride].every(values => values % 4 === 0),
    () =>
      `latent attention of ${nNope} + ${nRope} values over ${nLatent}, rows ${qStride}, ${qLatentStride} and ${kvStride} apart`,
  );
  return {
    defines: { CACHE: cache },
    overrides: {
      WORKGROUP_SIZE: tuning.rowWorkgroup,
      N_HEAD: nHead,
      N_NOPE: nNope,
      N_ROPE: nRope,
      N_LATENT: nLatent,
      Q_STRIDE: qStride / 4,
      Q_LATENT_STRIDE: qLatentStride / 4,
      KV_STRIDE: kvStride / 4,
      EPS: eps,
    },
    bindings: ['read', 'read', 'read', 'read', 'write', 'write', 'read', 'read'],
    // Workgroups for the heads of a row, then one for its cell.
    workgroups: [nHead + 1, rows, 1],
  };
});
