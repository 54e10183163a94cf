/** silu(gate) · up, value by value (Shazeer 2020). */
export function swiglu(gate: Float32Array, up: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(gate, (value, i) => silu(value) * up[i]);
}

/** x · sigmoid(x), in double precision. */
export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}
