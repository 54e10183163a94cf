import { alignUp } from '../../util/math.ts';

/** Norm that a product still has to apply to its input, see shaders/lib/deferred_norm.wgsl. */
export interface DeferredNorm {
  /** Values per row. */
  readonly k: number;
  readonly eps: number;
}

/** Stride of rows of `k` values with a deferred norm: whole blocks, then a sum of squares for every four values. */
export function deferredStride(k: number): number {
  return (alignUp(k, 32) / 4) * 5;
}
