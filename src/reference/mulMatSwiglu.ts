import { gated } from './blocks/activation.ts';
import { dot } from './dot.ts';
import type { GatedActivation } from './swiglu.ts';

/** Options; by default the activation is silu, and there are no biases. */
export interface MulMatSwigluOptions {
  readonly activation?: GatedActivation;
  /** Biases of gate and of up, [n] each. */
  readonly biases?: { readonly gate: Float32Array; readonly up: Float32Array } | null;
}

/**
 * Computes activation(gate · x) · (up · x) for the matrices `gate` and `up` [n, k] and the rows of `x` [rows, k], as [rows, n];
 * biases are added to the products.
 */
export function mulMatSwiglu(
  gate: Float32Array,
  up: Float32Array,
  x: Float32Array,
  n: number,
  k: number,
  { activation = 'silu', biases = null }: MulMatSwigluOptions = {},
): Float32Array<ArrayBuffer> {
  const products = (weight: Float32Array, bias: Float32Array | undefined) =>
    Float64Array.from({ length: (x.length / k) * n }, (_, at) => {
      const [row, i] = [Math.floor(at / n), at % n];
      return dot(weight, i * k, x, row * k, k) + (bias?.[i] ?? 0);
    });
  return Float32Array.from(gated(activation, products(gate, biases?.gate), products(up, biases?.up)));
}
