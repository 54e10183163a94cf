import { type Norm, normWeight, type QkNorm } from '../../architectures/index.ts';
import { assertNever } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import { add, multiply, scale, type Vector } from './vector.ts';

/** `rms`: x / √(mean(x²) + eps) (Zhang and Sennrich 2019); `layer`: the same of x − mean(x) (Ba et al. 2016). */
export function normalise(x: Vector, { kind, eps }: Pick<Norm, 'kind' | 'eps'>): Vector {
  const centre = kind === 'layer' ? mean(x) : 0;
  const centred = x.map(value => value - centre);
  return scale(centred, 1 / Math.sqrt(mean(centred.map(value => value * value)) + eps));
}

/** Normalises a row, with weight and bias; without a norm, returns the row. */
export function applyNorm(weights: Weights, norm: Norm | null, x: Vector): Vector {
  if (norm === null) return x;
  const bias = norm.bias ? weights.values(`${norm.tensor}.bias`) : null;
  return weightedNorm(x, norm, weights.values(normWeight(norm)), bias);
}

export function weightedNorm(
  x: Vector,
  norm: Pick<Norm, 'kind' | 'eps'>,
  weight: Float32Array,
  bias: Float32Array | null,
): Vector {
  const weighted = multiply(normalise(x, norm), weight);
  return bias === null ? weighted : add(weighted, bias);
}

/** Normalises the heads of a query or a key, [heads, headDim]; `weight` is empty if the norm has none. */
export function headNorm(norm: QkNorm, x: Vector, headDim: number, weight: Float32Array): Vector {
  switch (norm.weights) {
    case 'row':
      return multiply(normalise(x, norm), weight);
    case 'unit':
      return eachHead(x, headDim, head => normalise(head, norm));
    case 'head':
      return eachHead(x, headDim, head => multiply(normalise(head, norm), weight));
    case 'heads':
      return multiply(
        eachHead(x, headDim, head => normalise(head, norm)),
        weight,
      );
    default:
      return assertNever(norm.weights);
  }
}

/** Changes each head of [heads, headDim] on its own. */
export function eachHead(x: Vector, headDim: number, change: (head: Vector) => Vector): Vector {
  const changed = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += headDim) changed.set(change(x.slice(at, at + headDim)), at);
  return changed;
}

function mean(x: Vector): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}
