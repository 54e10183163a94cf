/**
 * Positions in a page of the KV cache. The attention kernel processes as many at a time, so that it looks up one page for all of
 * them. `PAGE` in shaders/lib/kv_cache.wgsl.
 */
export const PAGE_POSITIONS = 64;

/**
 * Positions whose softmax states are merged before those of other parts, a tile of `PAGE_POSITIONS` at a time. It fixes the order
 * of sums (design D1), see shaders/lib/softmax.wgsl.
 */
export const PART_POSITIONS = 256;

/** Number of pages for `nPositions`. */
export function pagesFor(nPositions: number): number {
  return Math.ceil(nPositions / PAGE_POSITIONS);
}
