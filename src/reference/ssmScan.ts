import { softplus, type Vector } from './blocks/vector.ts';

/** Channel of Mamba at one position. */
export interface ScanInputs {
  readonly x: number;
  readonly b: Vector;
  readonly c: Vector;
  /** Length of the step before bias and softplus. */
  readonly dt: number;
}

/** Numbers of a head, or of a channel. */
export interface ScanHead {
  /** One for the whole state, as in Mamba-2, or one for each of its values. */
  readonly slopes: number | Float32Array;
  readonly bias: number;
  readonly skip: number;
}

/**
 * One position of one channel of Mamba (Gu and Dao 2023) or Mamba-2 (Dao and Gu 2024): moves its state on, and returns what C reads of
 * it. Changes `memory`.
 */
export function ssmScan(
  memory: Vector,
  { x, b, c, dt }: ScanInputs,
  { slopes, bias, skip }: ScanHead,
): number {
  const step = softplus(dt + bias);
  let y = skip * x;
  for (let i = 0; i < memory.length; i++) {
    const decay = Math.exp(step * (typeof slopes === 'number' ? slopes : slopes[i]));
    memory[i] = decay * memory[i] + step * b[i] * x;
    y += memory[i] * c[i];
  }
  return y;
}
