import type { AltUp, Layer } from '../../architectures/index.ts';
import { normWeight } from '../../architectures/index.ts';
import { assert } from '../../util/assert.ts';
import { type AltUpWeights, correctStreams, predictStreams } from '../altup.ts';
import { closeStreams, openStreams } from '../stretch.ts';
import type { Weights } from '../weights.ts';
import { linear } from './linear.ts';
import { multiply, type Vector } from './vector.ts';

/** Makes the residual streams of an embedding. */
export function open(weights: Weights, { nStreams }: AltUp, x: Vector): readonly Vector[] {
  const products = Array.from({ length: nStreams - 1 }, (_, index) =>
    linear(weights, 'altup_proj', x, { index }),
  );
  return openStreams(x, products);
}

/** Makes one row of the residual streams after the last layer. */
export function close(weights: Weights, [first, ...others]: readonly Vector[]): Vector {
  const products = others.map((x, index) => linear(weights, 'altup_unembd_proj', x, { index }));
  return closeStreams(first, products);
}

/** Streams that a layer would leave by the streams before it alone; it computes on the first. */
export function predict(weights: Weights, layer: Layer, streams: readonly Vector[]): readonly Vector[] {
  return predictStreams(streams, weightsOf(weights, layer, 'altup_predict_coef'));
}

/** Streams after a layer, by the predicted ones and the layer's output. */
export function correct(
  weights: Weights,
  layer: Layer,
  predicted: readonly Vector[],
  output: Vector,
): readonly Vector[] {
  return correctStreams(predicted, output, weightsOf(weights, layer, 'altup_correct_coef'));
}

/** Row from which the per-layer branch starts. */
export function branchRow(weights: Weights, { prefix }: Layer, streams: readonly Vector[]): Vector {
  return multiply(streams[0], weights.values(`${prefix}altup_correct_scale.weight`));
}

function weightsOf(weights: Weights, { prefix, altUp }: Layer, coefficients: string): AltUpWeights {
  assert(altUp, 'a layer without AltUp');
  return {
    eps: altUp.norm.eps,
    norm: weights.values(normWeight(altUp.norm)),
    router: weights.values(`${prefix}altup_router.weight`),
    coefficients: weights.values(`${prefix}${coefficients}.weight`),
  };
}
