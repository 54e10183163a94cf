// swiglu: dst = silu(gate) * up, for models whose gate and up matrices differ in type (otherwise it is fused into mul_mat). src
// rows hold gate, then up, N values each, PER_ROW rows per row of the batch. One invocation per value; workgroup.y = row.
// ACTIVATION: silu; gelu, the tanh form; oai, the clamped swiglu of gpt-oss.
#define ACTIVATION silu
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
#if ACTIVATION != silu
#include "lib/activations.wgsl"
#endif
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override SRC_STRIDE: u32 = 2u;
override DST_STRIDE: u32 = 1u;
override PER_ROW: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= N || id.y >= n_rows() * PER_ROW) { return; }
  let gate = src[id.y * SRC_STRIDE + id.x];
  let up = src[id.y * SRC_STRIDE + N + id.x];
#if ACTIVATION == silu
  dst[id.y * DST_STRIDE + id.x] = silu(gate) * up;
#endif
#if ACTIVATION == gelu
  dst[id.y * DST_STRIDE + id.x] = gelu_quad(vec4<f32>(gate)).x * up;
#endif
#if ACTIVATION == oai
  dst[id.y * DST_STRIDE + id.x] = oai_quad(vec4<f32>(gate), vec4<f32>(up)).x;
#endif
}
