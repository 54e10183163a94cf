import type { WeightType } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { DeferredNorm } from './deferredNorm.ts';
import { classed } from './mulMat.ts';

/** Limit of experts: their values and scores lie in workgroup storage, of which 16 KiB are guaranteed. */
const MAX_EXPERTS = 1024;
/** Experts whose products lanes compute side by side, and most that a lane computes at a time (shaders/lib/router_lanes.wgsl). */
const ROW_LANES = 16;
const MOST_AT_ONCE = 4;

export interface RouterShape {
  readonly weight: WeightType;
  readonly blocks: number;
  /** Deferred norm of the rows of src; without it they are multiplied unchanged, with a padded stride. */
  readonly norm?: DeferredNorm;
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
  /** Weight of an expert: its probability among all, its own sigmoid, or its probability among the chosen; softmax by default. */
  readonly gating?: 'softmax' | 'sigmoid' | 'softmaxOfChosen';
  /** Whether to divide the weights of the chosen experts by their sum, or by 2^-14 if that is larger; true by default. */
  readonly normalise?: boolean;
  /** Factor of the weights, 1 by default. */
  readonly weightScale?: number;
  /** Restricts the choice to the `used` groups whose two best experts have the largest sums; null for all. */
  readonly groups?: { readonly count: number; readonly used: number } | null;
  /** Whether a bias per expert affects the choice, but not the weights. */
  readonly selectionBias?: boolean;
  /** Whether a bias per expert is added to its logit. */
  readonly routerBias?: boolean;
  /** Whether a factor per expert multiplies its weight at last. */
  readonly outputScale?: boolean;
}

/**
 * Chooses the experts of each row and their weights. Buffers: step, quants, scales, src, chosen [rows, nUsed] (expert, bits of
 * its weight), and, if there are biases or factors, a vector of them in f32: the router's, then those of the selection, then the
 * factors, each padded to 32.
 */
export const router = kernel('router', ['lanes', 'unpack'], (shape: RouterShape, { lanes, unpack }) => {
  const { weight, blocks, norm, nExperts, nUsed, rows } = shape;
  checkShape(shape);
  const options = optionsOf(shape);
  const hasBias = [shape.routerBias, shape.selectionBias, shape.outputScale].includes(true);
  return {
    defines: {
      WEIGHT: weight,
      LANES: lanes,
      UNPACK: unpack,
      ...(lanes === 1 && { CLASSED: classed(blocks, lanes) }),
      ...(lanes !== 1 && { R: Math.min(MOST_AT_ONCE, ceilDiv(nExperts, ROW_LANES)) }),
      ...options?.defines,
    },
    overrides: {
      // Without lanes an invocation per expert, in whole groups of four.
      WORKGROUP_SIZE: lanes === 1 ? Math.min(64, alignUp(nExperts, 4)) : ROW_LANES * lanes,
      BLOCKS: blocks,
      ...(norm && { NORM_K: norm.k, EPS: norm.eps }),
      N_EXPERTS: nExperts,
      N_USED: nUsed,
      ...options?.overrides,
    },
    bindings: ['read', 'read', 'read', 'read', 'write', ...(hasBias ? (['read'] as const) : [])],
    workgroups: [rows, 1, 1],
  };
});

/**
 * Options that tell the kernel how to choose and weigh; null for the default, the ratios of exponentials of the largest logits.
 */
function optionsOf(shape: RouterShape) {
  const { norm, nExperts, gating = 'softmax', normalise = true, weightScale = 1, groups } = shape;
  const { selectionBias = false, routerBias = false, outputScale = false } = shape;
  const isRatio = gating === 'softmaxOfChosen' || (gating === 'softmax' && normalise);
  const isPlain = !groups && !selectionBias && !routerBias && !outputScale;
  if (norm && isRatio && weightScale === 1 && isPlain) return null;
  const stride = alignUp(nExperts, 32);
  return {
    defines: {
      GATING: gating,
      ...(!norm && { NORMED: 0 }),
      ...(normalise && { NORMALISED: 1 }),
      ...(groups && { GROUPS: groups.count }),
      ...(routerBias && { ROUTER_BIAS: 1 }),
      ...(selectionBias && { SELECTION_BIAS: 1 }),
      ...(outputScale && { OUTPUT_SCALE: 1 }),
    },
    overrides: {
      ...(weightScale !== 1 && { WEIGHT_SCALE: weightScale }),
      ...(groups && { GROUPS_USED: groups.used }),
      ...(selectionBias && { SELECTION_AT: routerBias ? stride : 0 }),
      ...(outputScale && { OUTPUT_SCALE_AT: stride * ((routerBias ? 1 : 0) + (selectionBias ? 1 : 0)) }),
    },
  };
}

function checkShape({ nExperts, nUsed, groups }: RouterShape): void {
  assert(
    nUsed >= 1 && nUsed <= nExperts && nExperts <= MAX_EXPERTS,
    () => `${nUsed} of ${nExperts} experts, of which there may be ${MAX_EXPERTS}`,
  );
  if (!groups) return;
  const { count, used } = groups;
  const each = nExperts / count;
  assert(
    Number.isInteger(each) && each >= 2 && used >= 1 && used <= count && used * each >= nUsed,
    () => `${nUsed} of ${nExperts} experts from ${used} of ${count} groups`,
  );
}
