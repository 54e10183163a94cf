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
  /** Epsilon of an RMS norm of each value head, without weights; absent without one. */
  readonly valueEps?: number;
  /**
   * Values are the keys of src before norm and rope. The first `split` values of a key head lie in pairs, whose first values are the
   * first half of these values of a value head, and whose second values are the other half; 0 if the order is the same.
   */
  readonly valuesOfKeys?: { readonly split: number };
  /** Whether src has only queries: keys and values are those of another layer. */
  readonly queriesOnly?: true;
  /** Multiplies queries by 1 + scale · ln(1 + ⌊(position + offset) / length⌋). */
  readonly temperature: { readonly scale: number; readonly length: number; readonly offset: number } | null;
}

/**
 * Stores queries, keys and values, which lie side by side in src, where attention reads them, and normalises and rotates them on
 * the way. Buffers: step, src [rows][q | k | v], dst [rows, nHead, headDim], k_cache and v_cache unless `queriesOnly`, rope table
 * unless nRot is 0, and, if the norm has weights, those of queries, then of keys, each padded to 32.
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
    valueEps,
    valuesOfKeys,
    queriesOnly = false,
  } = shape;
  const caches = queriesOnly ? [] : (['write', 'write'] as const);
  const ropeAt = 3 + caches.length;
  const hasWeights = qkNorm !== null && qkNorm.weights !== 'unit';
  return {
    defines: {
      CACHE: cache,
      ROPE: nRot > 0 ? 1 : 0,
      NORM: qkNorm?.kind ?? 'none',
      ...(qkNorm && { WEIGHTS: qkNorm.weights, NORM_FIRST: qkNorm.afterRope ? 0 : 1 }),
      ...(queriesOnly && { KV: 0, ROPE_BINDING: ropeAt }),
      ...(hasWeights && { NORM_BINDING: nRot > 0 ? ropeAt + 1 : ropeAt }),
      ...(valueEps !== undefined && { VALUE_NORM: 1 }),
      ...(valuesOfKeys && { VALUES: 'keys' }),
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
      ...(valueEps !== undefined && { VALUE_EPS: valueEps }),
      ...(valuesOfKeys && { SPLIT: valuesOfKeys.split }),
      ...(temperature && {
        TEMPERATURE_SCALE: temperature.scale,
        TEMPERATURE_LENGTH: temperature.length,
        TEMPERATURE_OFFSET: temperature.offset,
      }),
    },
    bindings: [
      ...(['read', 'read', 'write'] as const),
      ...caches,
      ...(nRot > 0 ? (['read'] as const) : []),
      ...(hasWeights ? (['read'] as const) : []),
    ],
    workgroups: [queriesOnly ? nHead : nHead + 2 * nKvHead, rows, 1],
  };
});

/** Checks that heads consist of whole quads of values, share KV heads evenly and rotate in pairs. */
function checkShape(shape: QkvStoreShape): void {
  const { nHead, nKvHead, headDim, valueDim = headDim, nRot, srcStride, valuesOfKeys } = shape;
  const isSplit = valuesOfKeys === undefined || (valueDim === headDim && valuesOfKeys.split <= headDim);
  assert(
    [headDim, valueDim, srcStride].every(values => values % 4 === 0) &&
      nRot % 2 === 0 &&
      nRot <= headDim &&
      nHead % nKvHead === 0 &&
      isSplit &&
      srcStride >= rowWidth(shape),
    () =>
      `${nHead} heads over ${nKvHead} KV heads of ${headDim} and ${valueDim} values, ${nRot} rotated, in rows of ${srcStride}`,
  );
}

/** Values of a row of src. */
function rowWidth(shape: QkvStoreShape): number {
  const { nHead, nKvHead, headDim, valueDim = headDim, valuesOfKeys, queriesOnly } = shape;
  if (queriesOnly) return nHead * headDim;
  return (nHead + nKvHead) * headDim + (valuesOfKeys ? 0 : nKvHead * valueDim);
}
