import { sparse } from './blocks/activation.ts';

/** Cuts off the gates that exceed their mean by less than `deviations` standard deviations. */
export function sparseGate(gates: Float32Array, deviations: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(sparse(deviations, Float64Array.from(gates)));
}
