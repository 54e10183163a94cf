import type { Real } from './schema/parts.ts';

/** Encodes a number for a report: unchanged if it is finite, otherwise by name. */
export function real(value: number): Real {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Decodes the number that `real` encoded. */
export function numberOf(value: Real): number {
  return typeof value === 'number' ? value : Number(value);
}
