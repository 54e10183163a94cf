import type { Rope } from '../../architectures/index.ts';
import { assertNever } from '../../util/assert.ts';
import type { Vector } from './vector.ts';

/** Rotation with its `ropeTable`, whose float32 cosines and sines the shaders read, too. */
export interface Rotation {
  readonly pairs: Rope['pairs'];
  readonly nRot: number;
  readonly table: Float32Array;
}

/** Rotates `nRot` values of each head, from value `from` on, to `position`. */
export function rotate(
  { pairs, nRot, table }: Rotation,
  x: Vector,
  headDim: number,
  position: number,
  from = 0,
): Vector {
  const rotated = x.slice();
  for (let head = from; head < x.length; head += headDim) {
    for (let pair = 0; pair < nRot / 2; pair++) {
      const cos = table[position * nRot + 2 * pair];
      const sin = table[position * nRot + 2 * pair + 1];
      const [first, second] = pairOf(pairs, pair, nRot);
      const [a, b] = [x[head + first], x[head + second]];
      rotated[head + first] = a * cos - b * sin;
      rotated[head + second] = a * sin + b * cos;
    }
  }
  return rotated;
}

function pairOf(pairs: Rope['pairs'], pair: number, nRot: number): readonly [number, number] {
  switch (pairs) {
    case 'neighbours':
      return [2 * pair, 2 * pair + 1];
    case 'halves':
      return [pair, pair + nRot / 2];
    default:
      return assertNever(pairs);
  }
}
