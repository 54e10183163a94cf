import { assert } from '../../util/assert.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { BufferUse } from '../pipelines.ts';
import type { HeadShape } from './heads.ts';

const WORKGROUP_SIZE = 32;

/** Shape of a layer's caches and of the rotation of its keys: `nRot` values of each head, any even number; 0 without rotation. */
export interface KShiftShape extends Omit<HeadShape, 'nHead'> {
  /** Width of a value; by default `headDim`, the width of keys. */
  readonly valueDim?: number;
  /** First rotated value of a head, even; 0 by default. */
  readonly rotFrom?: number;
  /** Factor of cos and sin in the rope table, 1 by default. A shift divides by it and rotates by the angle alone. */
  readonly magnitude?: number;
  /** Whether values are a part of keys and have no cache of their own. */
  readonly latent?: boolean;
}

/**
 * Moves a slot's later positions down. Buffers: shift, the rope table unless `nRot` is 0, k_cache, and v_cache unless `latent`.
 */
export const kShift = kernel('k_shift', [], (shape: KShiftShape) => {
  const { nKvHead, headDim, valueDim = headDim, nRot, rotFrom = 0, magnitude = 1, cache, latent } = shape;
  assert(
    headDim % 4 === 0 &&
      valueDim % 4 === 0 &&
      nRot % 2 === 0 &&
      rotFrom % 2 === 0 &&
      rotFrom + nRot <= headDim,
    () =>
      `${nKvHead} KV heads of ${headDim} and ${valueDim} values, ${nRot} of them rotated from ${rotFrom} on`,
  );
  assert(magnitude > 0, () => `a rope table of magnitude ${magnitude}`);
  const quads = (nKvHead * (latent ? headDim : Math.max(headDim, valueDim))) / 4;
  const written: readonly BufferUse[] = latent ? ['write'] : ['write', 'write'];
  return {
    defines: {
      CACHE: cache,
      ...(valueDim !== headDim && { VALUE_DIM: valueDim }),
      ...(nRot === 0 && { ROTATED: 0 }),
      ...(latent && { LATENT: 1 }),
    },
    overrides: {
      WORKGROUP_SIZE,
      N_KV_HEAD: nKvHead,
      HEAD_DIM: headDim,
      ...(nRot > 0 && { N_ROT: nRot }),
      ...(rotFrom > 0 && { ROT_FROM: rotFrom }),
      ...(magnitude !== 1 && { INVERSE_MAGNITUDE: 1 / magnitude }),
    },
    bindings: ['read', ...(nRot > 0 ? (['read'] as const) : []), ...written],
    workgroups: [ceilDiv(quads, WORKGROUP_SIZE), latent ? 1 : 2, 1],
  };
});
