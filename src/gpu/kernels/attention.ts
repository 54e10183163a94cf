import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { KernelSpec } from '../pipelines.ts';
import type { Tuning } from '../tuning.ts';
import { checkHeads, type HeadShape } from './heads.ts';

const MAX_WORKGROUP = 256;
/** A row of scores and weights of a tile takes 512 bytes of workgroup storage, of which 16 KiB are certain. */
const MAX_SCORES = 32;

/** More leave partial outputs that take more memory than they are worth. */
const MAX_SPLITS = 8;

export interface AttentionShape extends HeadShape {
  readonly rows: number;
  /** Most positions of a slot. */
  readonly nCtx: number;
  /** Values from one row of dst to the next. */
  readonly dstStride: number;
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
  { nHead, headDim }: Pick<HeadShape, 'nHead' | 'headDim'>,
  splits: number,
): number {
  return nHead * splits * (headDim + 4);
}

/** Attention of each row over its slot's cache; buffers: step, q [rows, nHead, headDim], k_cache, v_cache, dst. */
export const attention = kernel(
  'attention',
  ['attentionRows', 'attentionSplit'],
  (shape: AttentionShape, tuning) => {
    const { nHead, nKvHead, headDim, cache, rows, nCtx } = shape;
    checkHeads(shape);
    const r = Math.min(rows, tuning.attentionRows);
    const group = headsPerWorkgroup(shape, r);
    const lanes = Math.max(16, ceilDiv((group * headDim) / 4, 4) * 4);
    const splits = attentionSplits(nCtx, tuning);
    return {
      tile: r,
      defines: { CACHE: cache, GROUP: group, R: r, P: lanes <= 32 ? 2 : 1, SPLITS: splits },
      overrides: {
        WORKGROUP_SIZE: lanes,
        N_HEAD: nHead,
        N_KV_HEAD: nKvHead,
        HEAD_DIM: headDim,
        SCALE: 1 / Math.sqrt(headDim),
        ...(splits === 1 ? { DST_STRIDE: shape.dstStride / 4 } : { SPLIT: splitPositions(nCtx, tuning) }),
      },
      bindings: ['read', 'read', 'read', 'read', 'write'],
      workgroups: [nHead / group, rows, splits],
    };
  },
);

/** The output of several splits; buffers: step, partial, dst. */
export const attentionCombine = kernel(
  'attention_combine',
  ['attentionSplit'],
  (shape: AttentionShape, tuning) => {
    const { nHead, headDim, rows, nCtx } = shape;
    const workgroup = 32;
    return {
      defines: {},
      overrides: {
        WORKGROUP_SIZE: workgroup,
        N_HEAD: nHead,
        HEAD_DIM: headDim,
        SPLIT: splitPositions(nCtx, tuning),
        SPLITS: attentionSplits(nCtx, tuning),
        DST_STRIDE: shape.dstStride / 4,
      },
      bindings: ['read', 'read', 'write'],
      workgroups: [ceilDiv((nHead * headDim) / 4, workgroup), rows, 1],
    };
  },
);

/** Query heads of one KV head that one workgroup takes: all of them where a lane per four output values allows it. */
function headsPerWorkgroup({ nHead, nKvHead, headDim }: HeadShape, rows: number): number {
  const shared = nHead / nKvHead;
  let group = shared;
  while (group * rows > MAX_SCORES || (group * headDim) / 4 > MAX_WORKGROUP) {
    do group--;
    while (shared % group !== 0);
  }
  return group;
}
