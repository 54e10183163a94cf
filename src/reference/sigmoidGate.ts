import { multiply, sigmoid, type Vector } from './blocks/vector.ts';

/** Multiplies values by the sigmoids of their gates. */
export function sigmoidGate(x: Vector, gates: Vector): Vector {
  return multiply(x, gates.map(sigmoid));
}
