/** a · b + c of float32 values, rounded once to float32, ties to even. */
export function fma32(a: number, b: number, c: number): number {
  // Exact: the product of two values of 24 bits has 48.
  const product = a * b;
  const sum = product + c;
  const nearest = Math.fround(sum);
  const error = errorOfSum(product, c, sum);
  // A rounded sum just between two float32 values does not tell which of them is nearer to the exact one.
  const opposite = 2 * sum - nearest;
  if (error === 0 || opposite === nearest || Math.fround(opposite) !== opposite) return nearest;
  return error > 0 ? Math.max(nearest, opposite) : Math.min(nearest, opposite);
}

/** Ways in which an adapter may round a · b + c of float32 values; WGSL permits both. */
export const ROUNDINGS = {
  once: fma32,
  twice: (a: number, b: number, c: number) => Math.fround(Math.fround(a * b) + c),
} as const;
export type Rounding = keyof typeof ROUNDINGS;

/** Part of a + b that its rounded `sum` lacks (Knuth's TwoSum). */
function errorOfSum(a: number, b: number, sum: number): number {
  const bPart = sum - a;
  return a - (sum - bPart) + (b - bPart);
}
