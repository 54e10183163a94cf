import type { ShortConv } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { multiply, type Vector } from './vector.ts';

/** Short convolution of the row at `position`, after the rows of all earlier positions. */
export function shortConv(
  weights: Weights,
  prefix: string,
  _: ShortConv,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const n = x.length;
  const bcx = linear(weights, `${prefix}shortconv.in_proj`, x);
  state.inputs[position] = multiply(bcx.slice(0, n), bcx.slice(2 * n));
  const y = convolve(weights.values(`${prefix}shortconv.conv.weight`), state.inputs, position);
  return linear(weights, `${prefix}shortconv.out_proj`, multiply(bcx.slice(n, 2 * n), y));
}
