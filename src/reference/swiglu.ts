import { assertNever } from '../util/assert.ts';

/** How a gate and up become one: silu or GELU of the gate, times up; or gpt-oss' clamped swiglu. */
export type GatedActivation = 'silu' | 'gelu' | 'oai';

/** silu(gate) · up, value by value (Shazeer 2020). */
export function swiglu(gate: Float32Array, up: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(gate, (value, i) => silu(value) * up[i]);
}

/** x · sigmoid(x), in double precision. */
export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** The tanh form of GELU (Hendrycks and Gimpel 2016). */
function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

export function gated(activation: GatedActivation, gate: number, up: number): number {
  switch (activation) {
    case 'silu':
      return silu(gate) * up;
    case 'gelu':
      return gelu(gate) * up;
    case 'oai': {
      const g = Math.min(gate, 7);
      return (g / (1 + Math.exp(-1.702 * g))) * (Math.min(Math.max(up, -7), 7) + 1);
    }
    default:
      return assertNever(activation);
  }
}
