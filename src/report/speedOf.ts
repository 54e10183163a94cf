import { measured } from './samples.ts';
import type { Measurement } from './schema/parts.ts';
import type { KernelSpeed, OwnLimits } from './schema/speed.ts';
import type { Failure } from './status.ts';

/** Identity of a kernel's timing, its compiled shader, and its bytes and operations. */
export type KernelShape = Pick<
  KernelSpeed,
  | 'id'
  | 'kernel'
  | 'weightType'
  | 'variant'
  | 'tuning'
  | 'parameters'
  | 'shader'
  | 'bytes'
  | 'flops'
  | 'fromMemory'
>;

/** Converts a kernel's times in milliseconds to rates, and to fractions of the adapter's limits. */
export function kernelSpeed(
  shape: KernelShape,
  timing: readonly number[] | Failure,
  { copyGbPerSecond, readGbPerSecond, fmaGflops }: OwnLimits,
): KernelSpeed {
  if ('status' in timing) return { ...shape, ...timing };
  const figures = measured(timing);
  const gbPerSecond = shape.bytes / figures.median / 1e6;
  const gflops = shape.flops / figures.median / 1e6;
  return {
    ...shape,
    ...figures,
    gbPerSecond,
    gflops,
    fractionOfCopy: fraction(gbPerSecond, copyGbPerSecond),
    ...(readGbPerSecond && { fractionOfRead: fraction(gbPerSecond, readGbPerSecond) }),
    fractionOfFma: fraction(gflops, fmaGflops),
  };
}

/** Circumstances of a timing, which distinguish it from others of the same case. */
export function howTimed({ variant, tuning, fromMemory }: KernelShape): string {
  return [variant, tuning, ...(fromMemory ? ['from memory'] : [])].join(', ');
}

function fraction(rate: number, limit: Measurement): number | null {
  return limit.status === 'success' ? rate / limit.median : null;
}
