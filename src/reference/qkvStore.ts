import type { Attention } from '../architectures/index.ts';
import { placeHeads, temperatureAt } from './blocks/heads.ts';
import { scale } from './blocks/vector.ts';

export interface QkvShape
  extends Pick<Attention, 'nHead' | 'nKvHead' | 'headDim' | 'qkNorm' | 'temperature'> {
  /** Leading values of each head that turn, in pairs of neighbours. */
  readonly nRot: number;
}

/** Weights of the norms of queries and keys, empty where there are none. */
export interface QkWeights {
  readonly q: Float32Array;
  readonly k: Float32Array;
}

/**
 * Queries, keys and values of a row that holds them side by side, as attention wants them at `position`: queries and keys
 * normalised and turned by a `ropeTable`, queries times the temperature, values as they are.
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
