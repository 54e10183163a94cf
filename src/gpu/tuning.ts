/**
 * Kernel variants of a session, chosen once from the adapter. Some fix the order of sums, so they hold for every batch width
 * (design D1).
 */
export interface Tuning {
  /** Invocations that share the sums of a weight row in matrix products: 1 if each computes whole sums. */
  readonly lanes: 1 | 16;
  /** If they share them: invocations side by side that have neighbouring weight rows, and weight rows of each. */
  readonly rowLanes: 8 | 16;
  readonly laneRows: 1 | 2;
  /**
   * Neighbours in a subgroup that load batch rows for each other in matrix products, 0 if none do; only if lanes share no weight
   * row.
   */
  readonly sharedLoads: 0 | 4 | 8;
  /** Most rows of a batch that a product with an expert computes at once; only if invocations share no sums. */
  readonly expertRows: 2 | 4;
  readonly mulMatWorkgroup: number;
  /** Most rows of a batch in one product tile; a larger batch has several tiles. */
  readonly maxTile: 1 | 4 | 8 | 16;
  /**
   * Most sums that an invocation has at the same time in a product whose sums invocations share: a product of gate and up, or of
   * several weight rows per invocation, takes fewer rows of the batch at once. More spill registers.
   */
  readonly maxSums: 4 | 8 | 16;
  /** Way to turn bit fields of weights into numbers, see shaders/lib/byte_numbers.wgsl. */
  readonly unpack: 'convert' | 'bytes' | 'floats' | 'halves';
  /**
   * Rows of a tile in products with more rows than `FEW_ROWS`, whose workgroups unpack a weight once for all of them; 0 to
   * multiply them in tiles of `maxTile`.
   */
  readonly manyRows: 0 | 32;
  /** Most rows of a slot that share attention's reads of the cache. */
  readonly attentionRows: 1 | 2 | 4;
  /** Whether attention copies keys to workgroup memory, so that neighbouring invocations load neighbouring bytes. */
  readonly attentionStaged: boolean;
  /** Positions whose values attention loads at a time. */
  readonly attentionUnroll: 1 | 2 | 4 | 8 | 16;
  /** Workgroups that attention has to have, as far as the positions of its rows allow: with 1 it never spreads positions. */
  readonly attentionWorkgroups: number;
  /** Lanes of the norms and of what works head by head. */
  readonly rowWorkgroup: number;
  /** Most logits of a workgroup of argmax and top-k, whose results then take another stage; null for whole rows. */
  readonly choiceStretch: number | null;
  /** A power of two. */
  readonly argmaxWorkgroup: number;
  readonly topKWorkgroup: number;
}

/**
 * Tuning of adapters that run shaders on the CPU. A barrier costs more than the arithmetic, so few lanes share anything, and wide
 * tiles spill registers.
 */
export const SOFTWARE_TUNING: Tuning = {
  lanes: 1,
  rowLanes: 16,
  laneRows: 1,
  sharedLoads: 0,
  expertRows: 2,
  mulMatWorkgroup: 32,
  maxTile: 4,
  maxSums: 8,
  unpack: 'convert',
  manyRows: 0,
  attentionRows: 2,
  attentionStaged: false,
  attentionUnroll: 4,
  attentionWorkgroups: 1,
  rowWorkgroup: 8,
  choiceStretch: null,
  argmaxWorkgroup: 8,
  topKWorkgroup: 8,
};

/** Tuning of GPUs: neighbouring invocations compute neighbouring weight rows. */
export const GPU_TUNING: Tuning = {
  lanes: 16,
  rowLanes: 16,
  laneRows: 1,
  sharedLoads: 0,
  expertRows: 4,
  mulMatWorkgroup: 64,
  maxTile: 8,
  maxSums: 8,
  unpack: 'floats',
  manyRows: 32,
  attentionRows: 4,
  attentionStaged: true,
  attentionUnroll: 8,
  // Two for each core of the largest GPUs.
  attentionWorkgroups: 264,
  rowWorkgroup: 128,
  choiceStretch: 2048,
  argmaxWorkgroup: 128,
  topKWorkgroup: 256,
};

/** Base variant of every kernel: one row at a time, and nothing shared between lanes. */
const BASE_TUNING: Tuning = { ...SOFTWARE_TUNING, maxTile: 1, manyRows: 0, attentionRows: 1 };

/**
 * Resets these knobs of `tuning` to the base variant; null if they are already there. Knobs that fix the order of sums change for
 * all widths at once (design D1).
 */
export function baseTuning(tuning: Tuning, knobs: readonly (keyof Tuning)[]): Tuning | null {
  if (knobs.every(knob => tuning[knob] === BASE_TUNING[knob])) return null;
  return { ...tuning, ...Object.fromEntries(knobs.map(knob => [knob, BASE_TUNING[knob]])) };
}

/** Knobs of a vendor's GPUs, by the figures of its compilers (docs/shader-stats.md) and not by time: no GPU has been measured. */
const VENDOR_TUNING: Readonly<Record<string, Partial<Tuning>>> = {
  amd: { unpack: 'halves' },
  apple: { unpack: 'halves' },
  intel: { unpack: 'bytes', maxTile: 4, maxSums: 4 },
};

/** Tuning that is likely fastest on an adapter. */
export function tuningFor(adapter: {
  readonly isFallback: boolean;
  readonly vendor: string;
  readonly subgroupSize: number;
}): Tuning {
  if (!adapter.isFallback) return { ...GPU_TUNING, ...VENDOR_TUNING[adapter.vendor] };
  return softwareTuning(adapter.subgroupSize);
}

/** Tuning of a software adapter with subgroups of at least `subgroupSize` invocations, or 0 without subgroups. */
export function softwareTuning(subgroupSize: number): Tuning {
  return { ...SOFTWARE_TUNING, sharedLoads: subgroupSize >= 8 ? 8 : subgroupSize >= 4 ? 4 : 0 };
}
