import type { Attention } from '../architectures/index.ts';
import { placeHeads, temperatureAt } from './blocks/heads.ts';
import { scale } from './blocks/vector.ts';

export interface QkvShape
  extends Pick<Attention, 'nHead' | 'nKvHead' | 'headDim' | 'qkNorm' | 'temperature'> {
  /** Leading values of each head that are rotated, in neighbouring pairs. */
  readonly nRot: number;
}

/** Weights of the norms of queries and keys, empty if there are none. */
export interface QkWeights {
  readonly q: Float32Array;
  readonly k: Float32Array;
}

/**
 * Prepares a row that holds queries, keys and values side by side for attention at `position`: queries and keys are normalised
 * and rotated by a `ropeTable`, queries multiplied by the temperature, values left unchanged.
 */
export function qkvStore(
  row: Float32Array,
  table: Float32Array,
  weights: QkWeights,
  position: number,
  { nHead, nKvHead, headDim, nRot, qkNorm, temperature }: QkvShape,
) {
  const rotation = nRot === 0 ? null : ({ pairs: 'neighbours', nRot, table } as const);
  const [keys, values] = [nHead * headDim, (nHead + nKvHead) * headDim];
  const placed = (from: number, to: number, weight: Float32Array) =>
    placeHeads(Float64Array.from(row.subarray(from, to)), { headDim, qkNorm, rotation }, weight, position);
  const q = scale(placed(0, keys, weights.q), temperatureAt(temperature, position));
  return {
    q: Float32Array.from(q),
    k: Float32Array.from(placed(keys, values, weights.k)),
    v: Float32Array.from(row.subarray(values)),
  };
}
