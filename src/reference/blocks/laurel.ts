import type { Laurel } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import { add, scale, type Vector } from './vector.ts';

/** Row behind a mixer, `h`, joined with the low-rank residual of the mixer's input. */
export function withLaurel(
  weights: Weights,
  prefix: string,
  { norm }: Laurel,
  input: Vector,
  h: Vector,
): Vector {
  const low = linear(weights, `${prefix}laurel_r`, linear(weights, `${prefix}laurel_l`, input));
  return scale(add(h, add(input, applyNorm(weights, norm, low))), Math.SQRT1_2);
}
