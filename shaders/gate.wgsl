// gate: multiplies N values of a row of x by the activations of as many gates, which begin OFFSET values after a row of src. One
// invocation per value and row (workgroup.y).
// ACTIVATION: sigmoid, silu, or identity.
#define ACTIVATION sigmoid
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override SRC_STRIDE: u32 = 1u;
override OFFSET: u32 = 0u;
override X_STRIDE: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= N || id.y >= n_rows()) { return; }
  let gate = src[id.y * SRC_STRIDE + OFFSET + id.x];
#if ACTIVATION == silu
  x[id.y * X_STRIDE + id.x] *= silu(gate);
#endif
#if ACTIVATION == identity
  x[id.y * X_STRIDE + id.x] *= gate;
#endif
#if ACTIVATION == sigmoid
  // WGSL may assume that there are no infinities, so exp must not overflow.
  x[id.y * X_STRIDE + id.x] /= 1.0 + exp(min(-gate, 80.0));
#endif
}
