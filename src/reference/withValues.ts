import type { TensorToWrite } from '../gguf/index.ts';

/** Values of the tensors whose names match, by row and column. */
export type Values = readonly (readonly [RegExp, (row: number, column: number) => number])[];

/** Replaces tensors by such of known values, in F32. The first pattern that matches a name counts. */
export function withValues(tensors: readonly TensorToWrite[], values: Values): TensorToWrite[] {
  return tensors.map(tensor => {
    const valueAt = values.find(([pattern]) => pattern.test(tensor.name))?.[1];
    const [k, nRows = 1] = tensor.shape;
    if (!valueAt) return tensor;
    const known = Float32Array.from({ length: k * nRows }, (_, i) => valueAt(Math.floor(i / k), i % k));
    return { ...tensor, type: 'F32' as const, data: new Uint8Array(known.buffer) };
  });
}
