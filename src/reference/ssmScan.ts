import { softplus, type Vector } from './blocks/vector.ts';

/** Channel of Mamba-2 at one position. */
export interface ScanInputs {
  readonly x: number;
  readonly b: Vector;
  readonly c: Vector;
  /** Length of the step before bias and softplus. */
  readonly dt: number;
}

/** Numbers of a head. */
export interface ScanHead {
  readonly slope: number;
  readonly bias: number;
  readonly skip: number;
}

/** One position of one channel of Mamba-2 (Dao and Gu 2024): moves its state on, and returns what C reads of it. Changes `memory`. */
export function ssmScan(
  memory: Vector,
  { x, b, c, dt }: ScanInputs,
  { slope, bias, skip }: ScanHead,
): number {
  const step = softplus(dt + bias);
  const decay = Math.exp(step * slope);
  let y = skip * x;
  for (let i = 0; i < memory.length; i++) {
    memory[i] = decay * memory[i] + step * b[i] * x;
    y += memory[i] * c[i];
  }
  return y;
}
