import type { Features, Joint, PairedJoint, ProjectedJoint } from '../../architectures/index.ts';
import { assertNever } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import type { Vector } from './vector.ts';

/** Residual stream before the first layer, and the input of that layer's mixer, if it is not made from the stream. */
export interface Joined {
  readonly x: Vector;
  readonly mixerInput?: Vector;
}

/** Joins a token's embedding with a state of the position before. */
export function join(weights: Weights, joint: Joint, embedding: Vector, state: Vector): Joined {
  switch (joint.kind) {
    case 'projected':
      return { x: linear(weights, joint.tensor, pair(weights, joint, embedding, state)) };
    case 'paired': {
      const x = joint.residual === 'state' ? state : applyNorm(weights, joint.stateNorm, state);
      return { x, mixerInput: pair(weights, joint, embedding, state) };
    }
    default:
      return assertNever(joint);
  }
}

function pair(
  weights: Weights,
  { tokenNorm, stateNorm }: ProjectedJoint | PairedJoint,
  embedding: Vector,
  state: Vector,
): Vector {
  return Float64Array.of(
    ...applyNorm(weights, tokenNorm, embedding),
    ...applyNorm(weights, stateNorm, state),
  );
}

/** State that a target gives its EAGLE-3 draft: `fc` · the inputs of some of its layers. */
export function fuse(weights: Weights, { tensor, norm }: Features, inputs: readonly Vector[]): Vector {
  const all = Float64Array.from(inputs.flatMap(input => [...input]));
  return linear(weights, tensor, applyNorm(weights, norm, all));
}
