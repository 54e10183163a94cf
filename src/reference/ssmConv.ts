import { activate } from './blocks/activation.ts';
import { convolve } from './blocks/convolve.ts';
import { add, multiply, type Vector } from './blocks/vector.ts';

/** Causal convolution of the last of `inputs`, then silu of it and `bias`; or its product with `factors` (LFM2). */
export function ssmConv(
  inputs: readonly Vector[],
  taps: Float32Array,
  { bias, factors }: { readonly bias?: Float32Array; readonly factors?: Vector },
): Vector {
  const convolved = convolve(taps, inputs, inputs.length - 1);
  if (factors) return multiply(convolved, factors);
  return activate('silu', bias ? add(convolved, bias) : convolved);
}
