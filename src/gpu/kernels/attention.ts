import { assert } from '../../util/assert.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import type { HeadShape } from './heads.ts';

const MAX_WORKGROUP = 256;
/**
 * Limit of rows times heads in a workgroup: each takes 512 bytes of scores and weights, and 16 KiB of workgroup storage are
 * guaranteed.
 */
const MAX_SCORES = 32;

/** Limit of splits: the partial outputs of more would take more memory than they are worth. */
const MAX_SPLITS = 8;

export interface AttentionShape extends Omit<HeadShape, 'nRot'> {
  readonly rows: number;
  /** Most positions of a slot. */
  readonly nCtx: number;
  /** Stride of the rows of dst in values. */
  readonly dstStride: number;
  /** Width of a value, and so of a head of the output; by default `headDim`, the width of queries and keys. */
  readonly valueDim?: number;
  /** Factor of q·k, 1 / √headDim by default. */
  readonly scale?: number;
  /** Number of positions that a row attends to, including its own; null for all up to its own. */
  readonly window?: number | null;
  /** Caps scores s to cap · tanh(s / cap). */
  readonly softcap?: number | null;
  /** Whether a logit per query head takes part in the softmax without a value. */
  readonly sinks?: boolean;
  /** Whether V is the first `valueDim` values of each cell of K; the K cache is then bound as both. */
  readonly latent?: boolean;
}

type Splitting = Pick<Tuning, 'attentionSplit'>;

/**
 * Number of parts of a slot's positions to attend to in parallel. With one, `attention` computes the output; with several it
 * computes partial outputs, and `attentionCombine` the output.
 */
export function attentionSplits(nCtx: number, tuning: Splitting): number {
  return ceilDiv(nCtx, splitPositions(nCtx, tuning));
}

/** Positions in a split. They are the same in every step, because the boundaries of splits fix the order of sums (design D1). */
function splitPositions(nCtx: number, { attentionSplit }: Splitting): number {
  if (attentionSplit === null) return nCtx;
  return Math.max(attentionSplit, alignUp(ceilDiv(nCtx, MAX_SPLITS), PAGE_POSITIONS));
}

/** Positions in a split of a kernel of this file, and the number of splits. */
export function splitsOf({ parameters: { nCtx }, overrides }: KernelSpec<AttentionShape>) {
  const { SPLIT: split = nCtx } = overrides;
  return { split, splits: ceilDiv(nCtx, split) };
}

/** Number of values of one row's partial outputs. */
export function partialValues(
  { nHead, headDim, valueDim = headDim }: Pick<AttentionShape, 'nHead' | 'headDim' | 'valueDim'>,
  splits: number,
): number {
  return nHead * splits * (valueDim + 4);
}

/**
 * Attention of each row over its slot's cache. Buffers: step, q [rows, nHead, headDim], k_cache, v_cache, dst [rows, nHead,
 * valueDim] or the partial outputs of several splits; with `sinks` and a single split also sinks, f32 [nHead].
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

/**
 * Combines the output of several splits. Buffers: step, partial, dst [rows, nHead, valueDim], with `sinks` also sinks, f32
 * [nHead].
 */
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
        // This kernel reads only values, not queries or keys.
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

/**
 * Checks that heads consist of whole quads of values, that a workgroup has lanes for all of them, and that heads share KV heads
 * evenly.
 */
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

/** Define for the width of values, if it differs from that of keys. */
function valueDefine({ headDim, valueDim = headDim }: AttentionShape) {
  return valueDim === headDim ? {} : { VALUE_DIM: valueDim };
}

/** Query heads of one KV head per workgroup: all of them, if there is a lane for every four output values. */
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
