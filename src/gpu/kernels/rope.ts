import { assert } from '../../util/assert.ts';
import { ceilDiv } from '../../util/math.ts';
import type { KernelSpec } from '../pipelines.ts';

/** Which values form a rotation pair: neighbours, or a value and its partner half a head further on. */
export type RopeLayout = 'norm' | 'neox';

/** Shape of attention heads and of the cache they share. */
export interface HeadShape {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  /** Leading values of each head that are rotated. */
  readonly nRot: number;
  readonly layout: RopeLayout;
  readonly cache: 'f32' | 'f16';
}

const WORKGROUP_SIZE = 32;

/** rope on Q and K, then K and V into the cache; buffers: step, table, qkv, k_cache, v_cache. */
export function ropeStore(shape: HeadShape & { rows: number; stride: number }): KernelSpec {
  checkHeads(shape);
  const quads = ((shape.nHead + 2 * shape.nKvHead) * shape.headDim) / 4;
  return {
    shader: 'rope_store',
    defines: { CACHE: shape.cache, LAYOUT: shape.layout },
    overrides: {
      WORKGROUP_SIZE,
      N_HEAD: shape.nHead,
      N_KV_HEAD: shape.nKvHead,
      HEAD_DIM: shape.headDim,
      N_ROT: shape.nRot,
      STRIDE: shape.stride / 4,
    },
    bindings: ['read', 'read', 'write', 'write', 'write'],
    workgroups: [ceilDiv(quads, WORKGROUP_SIZE), shape.rows, 1],
  };
}

/** Moves a slot's later positions down; buffers: shift, table, k_cache, v_cache. */
export function kShift(shape: HeadShape): KernelSpec {
  checkHeads(shape);
  return {
    shader: 'k_shift',
    defines: { CACHE: shape.cache, LAYOUT: shape.layout },
    overrides: {
      WORKGROUP_SIZE,
      N_KV_HEAD: shape.nKvHead,
      HEAD_DIM: shape.headDim,
      N_ROT: shape.nRot,
    },
    bindings: ['read', 'read', 'write', 'write'],
    workgroups: [ceilDiv((shape.nKvHead * shape.headDim) / 4, WORKGROUP_SIZE), 2, 1],
  };
}

function checkHeads({ headDim, nRot, layout }: HeadShape): void {
  const multiple = layout === 'norm' ? 4 : 8;
  assert(
    headDim % 4 === 0 && nRot % multiple === 0 && nRot <= headDim,
    () => `head of ${headDim}, ${nRot} rotated`,
  );
}
