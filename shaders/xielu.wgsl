// xielu: activation of Apertus, with constants of the layer (Huang and Schlag 2024): above zero alpha_p x^2 + beta x, otherwise
// (expm1(min(x, eps)) - x) alpha_n + beta x. One invocation per value of dst, which is zero from N on; workgroup.y = row. All
// f32.
#include "lib/step.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
// alpha_p, alpha_n, beta, eps
@group(0) @binding(2) var<storage, read> constants: array<f32>;
@group(0) @binding(3) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override SRC_STRIDE: u32 = 1u;
override DST_STRIDE: u32 = 1u;

// exp(x) - 1 - x for x <= 0. Near zero by its series, because the differences would lose their digits.
fn curve(x: f32) -> f32 {
  let series = fma(x, fma(x, fma(x, fma(x, fma(x, 1.0 / 5040.0, 1.0 / 720.0), 1.0 / 120.0), 1.0 / 24.0), 1.0 / 6.0), 0.5);
  return select(exp(max(x, -80.0)) - 1.0 - x, x * x * series, x > -0.25);
}

fn activated(x: f32) -> f32 {
  let beta_x = constants[2] * x;
  if (x > 0.0) { return fma(constants[0] * x, x, beta_x); }
  let bent = min(x, constants[3]);
  return fma(constants[1], curve(bent) + (bent - x), beta_x);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= DST_STRIDE || id.y >= n_rows()) { return; }
  var y = 0.0;
  if (id.x < N) { y = activated(src[id.y * SRC_STRIDE + id.x]); }
  dst[id.y * DST_STRIDE + id.x] = y;
}
