import { assert } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { HeadShape } from './heads.ts';

export interface QkvStoreShape extends HeadShape {
  /** Values of a value, `headDim` by default. */
  readonly valueDim?: number;
  readonly rows: number;
  /** Values from one row of src to the next, a multiple of 4. */
  readonly srcStride: number;
  /** Norm of queries and keys, by weights as in `QkNorm` of src/architectures/spec.ts. */
  readonly qkNorm: {
    readonly kind: 'rms' | 'layer';
    readonly weights: 'head' | 'heads' | 'row' | 'unit';
    readonly eps: number;
    readonly afterRope: boolean;
  } | null;
  /** Queries times 1 + scale · ln(1 + ⌊(position + offset) / length⌋). */
  readonly temperature: { readonly scale: number; readonly length: number; readonly offset: number } | null;
}

/**
 * Queries, keys and values side by side to where attention looks for them, normalised and rotated on the way; buffers: step, src
 * [rows][q | k | v], dst [rows, nHead, headDim], k_cache, v_cache, rope table where nRot is not 0, weights of the norms of queries,
 * then of keys, each padded to 32, where the norm has weights.
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
      // No more lanes than a head has quads: every lane adds up what all have summed.
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

/** Heads have to consist of whole quads of values, to share KV heads evenly, and to turn in pairs. */
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
