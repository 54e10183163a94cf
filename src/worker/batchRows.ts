/** Default of `nBatch` on adapters that run shaders on the CPU: more rows of a prompt would not be faster there. */
const SOFTWARE_ROWS = 64;
/** Default on GPUs: products of many rows read each weight once for a tile of rows, and a step has fixed costs. */
const GPU_ROWS = 256;

/** Largest number of rows in one batch: `nBatch` if it is given, otherwise what suits the adapter. */
export function batchRows(nBatch: number | undefined, adapter: { readonly isFallback: boolean }): number {
  return nBatch ?? (adapter.isFallback ? SOFTWARE_ROWS : GPU_ROWS);
}
