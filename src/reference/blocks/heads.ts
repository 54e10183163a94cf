import type { Attention } from '../../architectures/index.ts';
import { headNorm } from './norm.ts';
import { type Rotation, rotate } from './rotate.ts';
import type { Vector } from './vector.ts';

/** Norm and rotation of the heads of queries and keys. */
export interface HeadShape {
  readonly headDim: number;
  readonly qkNorm: Attention['qkNorm'];
  readonly rotation: Rotation | null;
}

/**
 * Normalises the heads of a query or a key, with `weight` if there is one, and rotates them to `position`, in the model's order.
 */
export function placeHeads(
  x: Vector,
  { headDim, qkNorm, rotation }: HeadShape,
  weight: Float32Array,
  position: number,
): Vector {
  const turned = (of: Vector) => (rotation === null ? of : rotate(rotation, of, headDim, position));
  if (qkNorm === null) return turned(x);
  const normed = (of: Vector) => headNorm(qkNorm, of, headDim, weight);
  return qkNorm.afterRope ? normed(turned(x)) : turned(normed(x));
}

/** Factor of the queries; in some models it grows with the position. */
export function temperatureAt(of: Attention['temperature'], position: number): number {
  return of === null ? 1 : 1 + of.scale * Math.log(1 + Math.floor((position + of.offset) / of.length));
}
