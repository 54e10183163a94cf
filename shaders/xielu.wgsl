// xielu: Apertus' activation, with constants of the layer (Huang and Schlag 2024): above zero alpha_p x^2 + beta x, below it
// (expm1(min(x, eps)) - x) alpha_n + beta x. One invocation per value; workgroup.y = row. All f32.
#include "lib/step.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
// alpha_p, alpha_n, beta, eps
@group(0) @binding(2) var<storage, read> constants: array<f32>;
@group(0) @binding(3) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override SRC_STRIDE: u32 = 1u;
override DST_STRIDE: u32 = 1u;

// exp(x) - 1 for x <= 0: near zero its series, where the difference would lose its digits.
fn expm1(x: f32) -> f32 {
  if (x > -0.25) { return x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * 0.0013888889))))); }
  return exp(max(x, -80.0)) - 1.0;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= N || id.y >= n_rows()) { return; }
  let x = src[id.y * SRC_STRIDE + id.x];
  let beta_x = constants[2] * x;
  var y = fma(constants[0] * x, x, beta_x);
  if (x <= 0.0) { y = fma(expm1(min(x, constants[3])) - x, constants[1], beta_x); }
  dst[id.y * DST_STRIDE + id.x] = y;
}
