import type { Joint } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import type { Vector } from './vector.ts';

/** Input of an MTP head: `eh_proj` · [norm(embedding), norm(hidden)]. */
export function join(weights: Weights, joint: Joint, embedding: Vector, hidden: Vector): Vector {
  const { tensor, tokenNorm, stateNorm } = joint;
  return linear(
    weights,
    tensor,
    Float64Array.of(...applyNorm(weights, tokenNorm, embedding), ...applyNorm(weights, stateNorm, hidden)),
  );
}
