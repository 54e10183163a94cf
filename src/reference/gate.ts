import { assertNever } from '../util/assert.ts';
import { activate } from './blocks/activation.ts';
import { multiply, sigmoid, type Vector } from './blocks/vector.ts';

/** Multiplies values by the activations of their gates. */
export function gate(x: Vector, gates: Vector, activation: 'sigmoid' | 'silu' | 'identity'): Vector {
  switch (activation) {
    case 'sigmoid':
      return multiply(x, gates.map(sigmoid));
    case 'silu':
      return multiply(x, activate('silu', gates));
    case 'identity':
      return multiply(x, gates);
    default:
      return assertNever(activation);
  }
}
