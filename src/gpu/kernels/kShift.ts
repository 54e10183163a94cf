import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import { checkHeads, type HeadShape } from './heads.ts';

const WORKGROUP_SIZE = 32;

/** Moves a slot's later positions down; buffers: shift, table, k_cache, v_cache. */
export const kShift = kernel('k_shift', [], (shape: HeadShape) => {
  checkHeads(shape);
  const { nKvHead, headDim, nRot, cache } = shape;
  return {
    defines: { CACHE: cache },
    overrides: { WORKGROUP_SIZE, N_KV_HEAD: nKvHead, HEAD_DIM: headDim, N_ROT: nRot },
    bindings: ['read', 'read', 'write', 'write'],
    workgroups: [ceilDiv((nKvHead * headDim) / 4, WORKGROUP_SIZE), 2, 1],
  };
});
