import type { Real } from './schema/parts.ts';

/** A number for a report: as it is where it is finite, and by name otherwise. */
export function real(value: number): Real {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** The number that `real` was given. */
export function numberOf(value: Real): number {
  return typeof value === 'number' ? value : Number(value);
}
