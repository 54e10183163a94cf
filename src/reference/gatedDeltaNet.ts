import { scale, sigmoid, softplus, type Vector } from './blocks/vector.ts';

/** Head of a gated delta net at one position; q and k are not normalised yet. */
export interface DeltaInputs {
  readonly q: Vector;
  readonly k: Vector;
  readonly v: Vector;
  /** β before its sigmoid, and the decay's exponent before bias, softplus and slope. */
  readonly b: number;
  readonly a: number;
}

/** Numbers of a head. */
export interface DeltaHead {
  readonly slope: number;
  readonly bias: number;
  readonly eps: number;
}

/**
 * One position of one head of a gated delta net (Yang et al. 2025): decays its state [keys][values], corrects it towards v at k, and
 * returns what it reads at q. Changes `memory`.
 */
export function gatedDeltaNet(memory: Vector, inputs: DeltaInputs, { slope, bias, eps }: DeltaHead): Vector {
  const { v, b, a } = inputs;
  const q = scale(unit(inputs.q, eps), 1 / Math.sqrt(inputs.q.length));
  const k = unit(inputs.k, eps);
  const decay = Math.exp(softplus(a + bias) * slope);
  const read = (at: Vector, column: number) =>
    at.reduce((sum, value, row) => sum + value * memory[row * v.length + column], 0);
  for (let i = 0; i < memory.length; i++) memory[i] *= decay;
  const changes = v.map((value, column) => sigmoid(b) * (value - read(k, column)));
  k.forEach((value, row) => {
    changes.forEach((change, column) => {
      memory[row * v.length + column] += value * change;
    });
  });
  return v.map((_, column) => read(q, column));
}

/** Divides a row by its length. */
function unit(x: Vector, eps: number): Vector {
  return scale(x, 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) + eps));
}
