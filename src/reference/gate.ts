import { activate } from './blocks/activation.ts';
import { multiply, sigmoid, type Vector } from './blocks/vector.ts';

/** Multiplies values by the activations of their gates. */
export function gate(x: Vector, gates: Vector, activation: 'sigmoid' | 'silu'): Vector {
  return multiply(x, activation === 'silu' ? activate('silu', gates) : gates.map(sigmoid));
}
