/**
 * The choices that fix the order of sums. They are made once per session, from the adapter, and hold for every batch
 * width (design D1).
 */
export interface Tuning {
  /** Invocations that share one weight row in matrix products. */
  readonly lanes: number;
  /** Weight rows that one invocation multiplies; one where lanes share a row. */
  readonly weightRows: 1 | 2;
  /** Most rows of a batch that a product with an expert takes at once. */
  readonly expertRows: 2 | 4;
  readonly mulMatWorkgroup: number;
  /** Most rows of a batch that one product tile holds; more rows are more tiles. */
  readonly maxTile: 4 | 8 | 16;
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
  weightRows: 2,
  expertRows: 2,
  mulMatWorkgroup: 32,
  maxTile: 4,
  rowWorkgroup: 8,
  topKWorkgroup: 16,
};

/** GPUs: neighbouring lanes read neighbouring 16 bytes of a row. */
export const GPU_TUNING: Tuning = {
  lanes: 16,
  weightRows: 1,
  expertRows: 4,
  mulMatWorkgroup: 64,
  maxTile: 16,
  rowWorkgroup: 128,
  topKWorkgroup: 256,
};

export function tuningFor(adapter: { readonly isFallback: boolean }): Tuning {
  return adapter.isFallback ? SOFTWARE_TUNING : GPU_TUNING;
}
