import type { AltUp, Layer } from '../../architectures/index.ts';
import { assert } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import { add, length, multiply, scale, subtract, type Vector } from './vector.ts';

/** Makes the residual streams of an embedding. */
export function openStreams(weights: Weights, { nStreams }: AltUp, x: Vector): readonly Vector[] {
  return Array.from({ length: nStreams }, (_, j) =>
    j === 0 ? x : stretched(linear(weights, 'altup_proj', x, { index: j - 1 }), length(x)),
  );
}

/** Makes one row of the residual streams after the last layer. */
export function closeStreams(weights: Weights, streams: readonly Vector[]): Vector {
  const target = length(streams[0]);
  const rows = streams.map((x, j) =>
    j === 0 ? x : stretched(linear(weights, 'altup_unembd_proj', x, { index: j - 1 }), target),
  );
  return scale(rows.reduce(add), 1 / streams.length);
}

/** Streams that a layer would leave by the streams before it alone; it computes on the first. */
export function predictStreams(
  weights: Weights,
  layer: Layer,
  streams: readonly Vector[],
): readonly Vector[] {
  const coefficients = linear(
    weights,
    `${layer.prefix}altup_predict_coef`,
    modalities(weights, layer, streams[0]),
  );
  return streams.map((x, j) =>
    streams.reduce((sum, other, i) => add(sum, scale(other, coefficients[i + streams.length * j])), x),
  );
}

/** Streams after a layer, by the predicted ones and the layer's output. */
export function correctStreams(
  weights: Weights,
  layer: Layer,
  predicted: readonly Vector[],
  output: Vector,
): readonly Vector[] {
  const coefficients = linear(
    weights,
    `${layer.prefix}altup_correct_coef`,
    modalities(weights, layer, output),
  );
  const innovation = subtract(output, predicted[0]);
  return predicted.map((x, j) => add(x, scale(innovation, coefficients[j] + 1)));
}

/** Row from which the per-layer branch starts. */
export function branchRow(weights: Weights, { prefix }: Layer, streams: readonly Vector[]): Vector {
  return multiply(streams[0], weights.values(`${prefix}altup_correct_scale.weight`));
}

function modalities(weights: Weights, { prefix, altUp }: Layer, x: Vector): Vector {
  assert(altUp, 'a layer without AltUp');
  const routed = scale(applyNorm(weights, altUp.norm, x), 1 / x.length);
  return linear(weights, `${prefix}altup_router`, routed).map(Math.tanh);
}

function stretched(x: Vector, target: number): Vector {
  return scale(x, target / length(x));
}
