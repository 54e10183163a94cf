import type { Attention } from '../architectures/index.ts';
import { placeHeads, temperatureAt } from './blocks/heads.ts';
import { eachHead, normalise } from './blocks/norm.ts';
import { scale, type Vector } from './blocks/vector.ts';

export interface QkvShape
  extends Pick<Attention, 'nHead' | 'nKvHead' | 'headDim' | 'qkNorm' | 'temperature' | 'valueEps'> {
  /** Leading values of each head that are rotated, in neighbouring pairs. */
  readonly nRot: number;
  /** Width of a value, `headDim` by default. */
  readonly valueDim?: number;
  /** Values are the keys of the row, whose first `split` values lie in pairs; the first ones of all pairs come first. */
  readonly valuesOfKeys?: { readonly split: number };
  /** Whether the row has only queries. */
  readonly queriesOnly?: true;
}

/** Weights of the norms of queries and keys, empty if there are none. */
export interface QkWeights {
  readonly q: Float32Array;
  readonly k: Float32Array;
}

/**
 * Prepares a row that holds queries, keys and values side by side for attention at `position`: queries and keys are normalised
 * and rotated by a `ropeTable`, queries multiplied by the temperature, values normalised if they have a norm.
 */
export function qkvStore(
  row: Float32Array,
  table: Float32Array,
  weights: QkWeights,
  position: number,
  shape: QkvShape,
) {
  const { nHead, nKvHead, headDim, nRot, qkNorm, temperature } = shape;
  const rotation = nRot === 0 ? null : ({ pairs: 'neighbours', nRot, table } as const);
  const [keys, values] = [nHead * headDim, (nHead + nKvHead) * headDim];
  const placed = (from: number, to: number, weight: Float32Array) =>
    placeHeads(Float64Array.from(row.subarray(from, to)), { headDim, qkNorm, rotation }, weight, position);
  const q = scale(placed(0, keys, weights.q), temperatureAt(temperature, position));
  if (shape.queriesOnly) return { q: Float32Array.from(q), k: new Float32Array(), v: new Float32Array() };
  return {
    q: Float32Array.from(q),
    k: Float32Array.from(placed(keys, values, weights.k)),
    v: Float32Array.from(valuesOf(row.subarray(keys, values), row.subarray(values), shape)),
  };
}

/** Values of a row by its keys and what follows them. */
function valuesOf(
  keys: Float32Array,
  others: Float32Array,
  { headDim, valueDim = headDim, valueEps: eps, valuesOfKeys }: QkvShape,
): Vector {
  const values = valuesOfKeys ? unpaired(keys, headDim, valuesOfKeys.split) : Float64Array.from(others);
  if (eps === undefined) return values;
  return eachHead(values, valueDim, head => normalise(head, { kind: 'rms', eps }));
}

function unpaired(keys: Float32Array, headDim: number, split: number): Vector {
  return eachHead(Float64Array.from(keys), headDim, head =>
    head.map((own, i) => (i < split ? head[i < split / 2 ? 2 * i : 2 * i - split + 1] : own)),
  );
}
