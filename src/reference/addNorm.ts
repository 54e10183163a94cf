import type { Norm } from '../architectures/index.ts';
import { weightedNorm } from './blocks/norm.ts';
import type { Vector } from './blocks/vector.ts';

/** Norm with its vectors. */
export interface NormVectors extends Pick<Norm, 'kind' | 'eps'> {
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
}

/**
 * Adds the output of a branch to a row of the residual stream: factor · (x + scale · post(branch)), without a norm if there is no `post`.
 */
export function addBranch(
  x: Float32Array,
  branch: Float32Array,
  scale: number,
  post: NormVectors | null,
  factor = 1,
): Float32Array<ArrayBuffer> {
  const output = Float64Array.from(branch);
  const added = post === null ? output : normed(output, post);
  return Float32Array.from(x, (value, i) => factor * (value + scale * added[i]));
}

/** Normalises a row. */
export function normalised(x: Float32Array, norm: NormVectors): Float32Array<ArrayBuffer> {
  return Float32Array.from(normed(Float64Array.from(x), norm));
}

function normed(x: Vector, { weight, bias, ...norm }: NormVectors): Vector {
  return weightedNorm(x, norm, weight, bias);
}
