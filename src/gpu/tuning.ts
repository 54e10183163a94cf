/**
 * The choices that fix the order of sums. They are made once per session, from the adapter, and hold for every batch
 * width (design D1).
 */
export interface Tuning {
  /** Invocations that share one weight row in matrix products. */
  readonly lanes: number;
  /** Whether neighbours in a subgroup load rows of a batch for each other in matrix products, where lanes share no row. */
  readonly sharedLoads: boolean;
  /** Most rows of a batch that a product with an expert takes at once. */
  readonly expertRows: 2 | 4;
  readonly mulMatWorkgroup: number;
  /** Most rows of a batch that one product tile holds; more rows are more tiles. */
  readonly maxTile: 1 | 4 | 8 | 16;
  /** Most rows of a slot that share what attention reads of the cache. */
  readonly attentionRows: 1 | 2 | 4;
  /** Fewest positions of a slot that one workgroup attends to, a whole number of pages; null: all of them. */
  readonly attentionSplit: number | null;
  /** Lanes of the row-wise kernels: norms, argmax. */
  readonly rowWorkgroup: number;
  readonly topKWorkgroup: number;
}

/**
 * Adapters that run shaders on the CPU: a barrier costs more than the arithmetic, so few lanes share anything; and wide
 * tiles spill registers.
 */
export const SOFTWARE_TUNING: Tuning = {
  lanes: 1,
  sharedLoads: false,
  expertRows: 2,
  mulMatWorkgroup: 32,
  maxTile: 4,
  attentionRows: 2,
  attentionSplit: null,
  rowWorkgroup: 8,
  topKWorkgroup: 16,
};

/** GPUs: neighbouring lanes read neighbouring 16 bytes of a row. */
export const GPU_TUNING: Tuning = {
  lanes: 16,
  sharedLoads: false,
  expertRows: 4,
  mulMatWorkgroup: 64,
  maxTile: 16,
  attentionRows: 4,
  attentionSplit: 256,
  rowWorkgroup: 128,
  topKWorkgroup: 256,
};

/** What of a tuning a kernel without any variant would have: one row at a time, and nothing shared between lanes. */
const BASE_OF_KERNEL: Readonly<Record<string, Partial<Tuning>>> = {
  mul_mat: { lanes: 1, sharedLoads: false, mulMatWorkgroup: 32, maxTile: 1 },
  mul_mat_id: { lanes: 1, sharedLoads: false, mulMatWorkgroup: 32, expertRows: 2 },
  attention: { attentionRows: 1, attentionSplit: null },
  attention_combine: { attentionSplit: null },
  rms_norm: { rowWorkgroup: 8 },
  latent_store: { rowWorkgroup: 8 },
  argmax: { rowWorkgroup: 8 },
  top_k: { topKWorkgroup: 16 },
};

/**
 * `tuning` with the base variant of the kernels with these shaders, or null where they are that already. What fixes the order
 * of sums changes for all widths at once (design D1).
 */
export function baseTuning(tuning: Tuning, shaders: readonly string[]): Tuning | null {
  const changes = Object.assign({}, ...shaders.map(shader => BASE_OF_KERNEL[shader]));
  const base: Tuning = { ...tuning, ...changes };
  const isSame = (Object.keys(base) as (keyof Tuning)[]).every(name => base[name] === tuning[name]);
  return isSame ? null : base;
}

/** What is likely fastest on an adapter. */
export function tuningFor(adapter: {
  readonly isFallback: boolean;
  readonly features: readonly string[];
}): Tuning {
  if (!adapter.isFallback) return GPU_TUNING;
  return { ...SOFTWARE_TUNING, sharedLoads: adapter.features.includes('subgroups') };
}
