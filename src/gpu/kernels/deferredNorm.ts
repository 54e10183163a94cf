import { alignUp } from '../../util/math.ts';

/** The norm that a product still has to apply to its input, see shaders/lib/deferred_norm.wgsl. */
export interface DeferredNorm {
  /** Values per row. */
  readonly k: number;
  readonly eps: number;
}

/** Values from one row of `k` values with a deferred norm to the next: whole blocks, then a sum of squares for every four. */
export function deferredStride(k: number): number {
  return (alignUp(k, 32) / 4) * 5;
}
