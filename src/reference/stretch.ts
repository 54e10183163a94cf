import { add, length, scale, type Vector } from './blocks/vector.ts';

/** Residual streams of a row: itself, and products of it that are stretched to its length. */
export function openStreams(x: Vector, products: readonly Vector[]): readonly Vector[] {
  return [x, ...products.map(product => stretched(product, length(x)))];
}

/** Mean of the first residual stream and of products of the others that are stretched to its length. */
export function closeStreams(first: Vector, products: readonly Vector[]): Vector {
  return scale(openStreams(first, products).reduce(add), 1 / (products.length + 1));
}

function stretched(x: Vector, target: number): Vector {
  const own = length(x);
  return scale(x, own === 0 ? 0 : target / own);
}
