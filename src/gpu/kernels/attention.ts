import { assert } from '../../util/assert.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import type { HeadShape } from './heads.ts';

const MAX_WORKGROUP = 256;
/** A row of scores and weights of a tile takes 512 bytes of workgroup storage, of which 16 KiB are certain. */
const MAX_SCORES = 32;

/** More leave partial outputs that take more memory than they are worth. */
const MAX_SPLITS = 8;

export interface AttentionShape extends Omit<HeadShape, 'nRot'> {
  readonly rows: number;
  /** Most positions of a slot. */
  readonly nCtx: number;
  /** Values from one row of dst to the next. */
  readonly dstStride: number;
  /** Values of a value, and so of a head of the output; `headDim` by default, which is that of queries and keys. */
  readonly valueDim?: number;
  /** Factor of q·k, 1 / √headDim by default. */
  readonly scale?: number;
  /** Positions that a row sees, its own included; null: all up to its own. */
  readonly window?: number | null;
  /** Scores s become cap · tanh(s / cap). */
  readonly softcap?: number | null;
  /** A logit per query head takes part in the softmax and has no value. */
  readonly sinks?: boolean;
  /** V is the first `valueDim` values of each cell of K: the K cache is bound as both. */
  readonly latent?: boolean;
}

type Splitting = Pick<Tuning, 'attentionSplit'>;

/**
 * Parts of the positions of a slot that are attended to one beside the other. Where there is one, `attention` gives the
 * output; else it gives partial ones, and `attentionCombine` the output.
 */
export function attentionSplits(nCtx: number, tuning: Splitting): number {
  return ceilDiv(nCtx, splitPositions(nCtx, tuning));
}

/** Positions in a split. The same in every step: where splits begin fixes the order of sums (design D1). */
function splitPositions(nCtx: number, { attentionSplit }: Splitting): number {
  if (attentionSplit === null) return nCtx;
  return Math.max(attentionSplit, alignUp(ceilDiv(nCtx, MAX_SPLITS), PAGE_POSITIONS));
}

/** Positions in a split of a kernel of this file, and the number of splits. */
export function splitsOf({ parameters: { nCtx }, overrides }: KernelSpec<AttentionShape>) {
  const { SPLIT: split = nCtx } = overrides;
  return { split, splits: ceilDiv(nCtx, split) };
}

/** Values of the partial outputs of one row. */
export function partialValues(
  { nHead, headDim, valueDim = headDim }: Pick<AttentionShape, 'nHead' | 'headDim' | 'valueDim'>,
  splits: number,
): number {
  return nHead * splits * (valueDim + 4);
}

/**
 * Attention of each row over its slot's cache; buffers: step, q [rows, nHead, headDim], k_cache, v_cache, dst
 * [rows, nHead, valueDim] or the partial outputs of several splits; with `sinks` and a single split also sinks, f32 [nHead].
 */
export const attention = kernel(
  'attention',
  ['attentionRows', 'attentionSplit'],
  (shape: AttentionShape, tuning) => {
    const { nHead, nKvHead, headDim, valueDim = headDim, cache, rows, nCtx, window, softcap } = shape;
    checkShape(shape);
    const r = Math.min(rows, tuning.attentionRows);
    const group = headsPerWorkgroup({ nHead, nKvHead, valueDim }, r);
    const lanes = Math.max(16, ceilDiv((group * valueDim) / 4, 4) * 4);
    const splits = attentionSplits(nCtx, tuning);
    const hasSinks = shape.sinks === true && splits === 1;
    return {
      tile: r,
      defines: {
        CACHE: cache,
        GROUP: group,
        R: r,
        P: lanes <= 32 ? 2 : 1,
        SPLITS: splits,
        ...valueDefine(shape),
        ...(window != null && { WINDOWED: 1 }),
        ...(softcap != null && { CAPPED: 1 }),
        ...(hasSinks && { SINKS: 1 }),
        ...(shape.latent && { LATENT: 1 }),
      },
      overrides: {
        WORKGROUP_SIZE: lanes,
        N_HEAD: nHead,
        N_KV_HEAD: nKvHead,
        HEAD_DIM: headDim,
        SCALE: shape.scale ?? 1 / Math.sqrt(headDim),
        ...(window != null && { WINDOW: window }),
        ...(softcap != null && { SOFTCAP: softcap }),
        ...(splits === 1 ? { DST_STRIDE: shape.dstStride / 4 } : { SPLIT: splitPositions(nCtx, tuning) }),
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...(hasSinks ? (['read'] as const) : [])],
      workgroups: [nHead / group, rows, splits],
    };
  },
);

/** The output of several splits; buffers: step, partial, dst [rows, nHead, valueDim], with `sinks` also sinks, f32 [nHead]. */
export const attentionCombine = kernel(
  'attention_combine',
  ['attentionSplit'],
  (shape: AttentionShape, tuning) => {
    const { nHead, headDim, valueDim = headDim, rows, nCtx, window, sinks } = shape;
    const workgroup = 32;
    return {
      defines: { ...(window != null && { WINDOWED: 1 }), ...(sinks && { SINKS: 1 }) },
      overrides: {
        WORKGROUP_SIZE: workgroup,
        N_HEAD: nHead,
        // Of queries and keys it knows nothing.
        HEAD_DIM: valueDim,
        SPLIT: splitPositions(nCtx, tuning),
        SPLITS: attentionSplits(nCtx, tuning),
        DST_STRIDE: shape.dstStride / 4,
        ...(window != null && { WINDOW: window }),
      },
      bindings: ['read', 'read', 'write', ...(sinks ? (['read'] as const) : [])],
      workgroups: [ceilDiv((nHead * valueDim) / 4, workgroup), rows, 1],
    };
  },
);

/** Heads have to consist of whole quads of values, no more than a workgroup has lanes, and to share KV heads evenly. */
function checkShape({
  nHead,
  nKvHead,
  headDim,
  valueDim = headDim,
  window,
  softcap,
  latent,
}: AttentionShape) {
  assert(
    headDim % 4 === 0 && valueDim % 4 === 0 && valueDim <= 4 * MAX_WORKGROUP && nHead % nKvHead === 0,
    () => `attention of ${nHead} heads over ${nKvHead} KV heads of ${headDim} and ${valueDim} values`,
  );
  assert(!latent || valueDim <= headDim, () => `${valueDim} latent values in cells of ${headDim}`);
  assert(window == null || window >= 1, () => `a window of ${window} positions`);
  assert(softcap == null || softcap > 0, () => `scores capped at ${softcap}`);
}

/** Says how wide values are where keys are not. */
function valueDefine({ headDim, valueDim = headDim }: AttentionShape) {
  return valueDim === headDim ? {} : { VALUE_DIM: valueDim };
}

/** Query heads of one KV head that one workgroup takes: all of them where a lane per four output values allows it. */
function headsPerWorkgroup(
  { nHead, nKvHead, valueDim }: Pick<Required<AttentionShape>, 'nHead' | 'nKvHead' | 'valueDim'>,
  rows: number,
): number {
  const shared = nHead / nKvHead;
  let group = shared;
  while (group * rows > MAX_SCORES || (group * valueDim) / 4 > MAX_WORKGROUP) {
    do group--;
    while (shared % group !== 0);
  }
  return group;
}
