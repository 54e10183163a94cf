import { assert } from '../../util/assert.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { HeadShape } from './rope.ts';

const MAX_WORKGROUP = 256;
/** Each head's scores and weights of a tile take 512 bytes of workgroup storage, of which 16 KiB are certain. */
const MAX_GROUP = 32;

export interface AttentionShape extends HeadShape {
  readonly rows: number;
  /** Values from one row of qkv, and of dst, to the next. */
  readonly srcStride: number;
  readonly dstStride: number;
}

/** Attention of each row over its slot's cache; buffers: step, qkv, k_cache, v_cache, dst. */
export function attention(shape: AttentionShape): KernelSpec {
  const group = headsPerWorkgroup(shape);
  const lanes = (group * shape.headDim) / 4;
  return {
    shader: 'attention',
    defines: { CACHE: shape.cache, GROUP: group },
    overrides: {
      WORKGROUP_SIZE: Math.max(16, Math.ceil(lanes / 4) * 4),
      N_HEAD: shape.nHead,
      N_KV_HEAD: shape.nKvHead,
      HEAD_DIM: shape.headDim,
      SCALE: 1 / Math.sqrt(shape.headDim),
      SRC_STRIDE: shape.srcStride / 4,
      DST_STRIDE: shape.dstStride / 4,
    },
    bindings: ['read', 'read', 'read', 'read', 'write'],
    workgroups: [shape.nHead / group, shape.rows, 1],
  };
}

/** Query heads of one KV head that one workgroup takes: all of them where a lane per four output values allows it. */
function headsPerWorkgroup({ nHead, nKvHead, headDim }: HeadShape): number {
  const shared = nHead / nKvHead;
  assert(Number.isInteger(shared), () => `${nHead} heads over ${nKvHead} KV heads`);
  let group = shared;
  while (group > MAX_GROUP || (group * headDim) / 4 > MAX_WORKGROUP) {
    do group--;
    while (shared % group !== 0);
  }
  return group;
}
