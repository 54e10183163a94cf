import type { Activation } from '../architectures/index.ts';
import { gated } from './blocks/activation.ts';

/** Combines gate and up: silu or GELU of the gate, times up (Shazeer 2020); or gpt-oss' clamped swiglu. */
export type GatedActivation = Exclude<Activation, 'relu2'>;

/** Computes activation(gate) · up, value by value. */
export function swiglu(
  gate: Float32Array,
  up: Float32Array,
  activation: GatedActivation = 'silu',
): Float32Array<ArrayBuffer> {
  return Float32Array.from(gated(activation, Float64Array.from(gate), Float64Array.from(up)));
}
