import type { Vector } from './vector.ts';

/**
 * Causal convolution of each channel over time, ending at `position`. Inputs before position 0 are zero.
 *
 * @param taps weights [channels][taps]; the last tap is that of the row itself
 */
export function convolve(taps: Float32Array, inputs: readonly Vector[], position: number): Vector {
  const nChannels = inputs[position].length;
  const nTaps = taps.length / nChannels;
  return Float64Array.from({ length: nChannels }, (_, channel) => {
    let sum = 0;
    for (let tap = 0; tap < nTaps; tap++) {
      const at = position - (nTaps - 1) + tap;
      if (at >= 0) sum += taps[channel * nTaps + tap] * inputs[at][channel];
    }
    return sum;
  });
}
