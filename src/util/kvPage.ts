/**
 * Positions in a page of the KV cache. The attention kernel processes as many at a time, so that it looks up one page for all of
 * them. `PAGE` in shaders/lib/kv_cache.wgsl.
 */
export const PAGE_POSITIONS = 64;

/** Number of pages for `nPositions`. */
export function pagesFor(nPositions: number): number {
  return Math.ceil(nPositions / PAGE_POSITIONS);
}
