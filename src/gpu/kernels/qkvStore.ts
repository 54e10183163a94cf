import { assert } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { HeadShape } from './heads.ts';

export interface QkvStoreShape extends HeadShape {
  /** Width of a value, `headDim` by default. */
  readonly valueDim?: number;
  readonly rows: number;
  /** Stride of the rows of src in values, a multiple of 4. */
  readonly srcStride: number;
  /** Norm of queries and keys; for `weights` see `QkNorm` in src/architectures/spec.ts. */
  readonly qkNorm: {
    readonly kind: 'rms' | 'layer';
    readonly weights: 'head' | 'heads' | 'row' | 'unit';
    readonly eps: number;
    readonly afterRope: boolean;
  } | null;
  /** Multiplies queries by 1 + scale · ln(1 + ⌊(position + offset) / length⌋). */
  readonly temperature: { readonly scale: number; readonly length: number; readonly offset: number } | null;
}

/**
 * Stores queries, keys and values, which lie side by side in src, where attention reads them, and normalises and rotates them on
 * the way. Buffers: step, src [rows][q | k | v], dst [rows, nHead, headDim], k_cache, v_cache, rope table unless nRot is 0, and,
 * if the norm has weights, those of queries, then of keys, each padded to 32.
 */
export const qkvStore = kernel('qkv_store', ['rowWorkgroup'], (shape: QkvStoreShape, tuning) => {
  checkShape(shape);
  const {
    nHead,
    nKvHead,
    headDim,
    valueDim = headDim,
    nRot,
    cache,
    rows,
    srcStride,
    qkNorm,
    temperature,
  } = shape;
  const hasWeights = qkNorm !== null && qkNorm.weights !== 'unit';
  return {
    defines: {
      CACHE: cache,
      ROPE: nRot > 0 ? 1 : 0,
      NORM: qkNorm?.kind ?? 'none',
      ...(qkNorm && { WEIGHTS: qkNorm.weights, NORM_FIRST: qkNorm.afterRope ? 0 : 1 }),
      ...(hasWeights && { NORM_BINDING: nRot > 0 ? 6 : 5 }),
      ...(temperature && { TEMPERATURE: 1 }),
    },
    overrides: {
      // At most one lane per quad of the head: every lane adds up all lanes' sums.
      WORKGROUP_SIZE: Math.min(tuning.rowWorkgroup, alignUp(Math.max(headDim, valueDim) / 4, 4)),
      N_HEAD: nHead,
      N_KV_HEAD: nKvHead,
      HEAD_DIM: headDim,
      VALUE_DIM: valueDim,
      SRC_STRIDE: srcStride / 4,
      ...(nRot > 0 && { N_ROT: nRot }),
      ...(qkNorm && { EPS: qkNorm.eps }),
      ...(temperature && {
        TEMPERATURE_SCALE: temperature.scale,
        TEMPERATURE_LENGTH: temperature.length,
        TEMPERATURE_OFFSET: temperature.offset,
      }),
    },
    bindings: [
      ...(['read', 'read', 'write', 'write', 'write'] as const),
      ...(nRot > 0 ? (['read'] as const) : []),
      ...(hasWeights ? (['read'] as const) : []),
    ],
    workgroups: [nHead + 2 * nKvHead, rows, 1],
  };
});

/** Checks that heads consist of whole quads of values, share KV heads evenly and rotate in pairs. */
function checkShape({ nHead, nKvHead, headDim, valueDim = headDim, nRot, srcStride }: QkvStoreShape): void {
  assert(
    [headDim, valueDim, srcStride].every(values => values % 4 === 0) &&
      nRot % 2 === 0 &&
      nRot <= headDim &&
      nHead % nKvHead === 0 &&
      srcStride >= (nHead + nKvHead) * headDim + nKvHead * valueDim,
    () =>
      `${nHead} heads over ${nKvHead} KV heads of ${headDim} and ${valueDim} values, ${nRot} rotated, in rows of ${srcStride}`,
  );
}
