import { weightedNorm } from './blocks/norm.ts';
import { add, scale, subtract, type Vector } from './blocks/vector.ts';

/** Weights by which a layer of n streams of K values makes coefficients of one of their rows. */
export interface AltUpWeights {
  readonly eps: number;
  /** Norm of the row [K]. */
  readonly norm: Float32Array;
  /** [n][K] */
  readonly router: Float32Array;
  /** [coefficient][n] */
  readonly coefficients: Float32Array;
}

/** Streams that a layer would leave by the streams before it alone; it computes on the first. */
export function predictStreams(streams: readonly Vector[], weights: AltUpWeights): readonly Vector[] {
  const coefficients = coefficientsOf(streams[0], weights);
  return streams.map((x, j) =>
    streams.reduce((sum, other, i) => add(sum, scale(other, coefficients[i + streams.length * j])), x),
  );
}

/** Streams after a layer, by the predicted ones and the layer's output. */
export function correctStreams(
  predicted: readonly Vector[],
  output: Vector,
  weights: AltUpWeights,
): readonly Vector[] {
  const coefficients = coefficientsOf(output, weights);
  const innovation = subtract(output, predicted[0]);
  return predicted.map((x, j) => add(x, scale(innovation, coefficients[j] + 1)));
}

function coefficientsOf(x: Vector, { eps, norm, router, coefficients }: AltUpWeights): Vector {
  const routed = scale(weightedNorm(x, { kind: 'rms', eps }, norm, null), 1 / x.length);
  return products(coefficients, products(router, routed).map(Math.tanh));
}

/** Product of a matrix of rows as long as `x` with `x`. */
function products(matrix: Float32Array, x: Vector): Vector {
  return Float64Array.from({ length: matrix.length / x.length }, (_, row) =>
    x.reduce((sum, value, i) => sum + matrix[row * x.length + i] * value, 0),
  );
}
