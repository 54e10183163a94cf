// gated_norm: RMS norm of each group of WIDTH values of a row, times silu of the row's gates: y = norm(x) weight silu(z), or with
// GATE_FIRST 1 norm(x silu(z)) weight (Mamba-2). One workgroup per group (workgroup.x) and row (workgroup.y). Each lane sums its
// squares in f32; then every lane adds up all lanes' sums in the same order (lib/lane_sums.wgsl).
#define GATE_FIRST 0
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read> gates: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 16u;
override WIDTH: u32 = 1u;
override SRC_STRIDE: u32 = 1u;
// Gates of a row begin OFFSET values after the row.
override GATE_STRIDE: u32 = 1u;
override OFFSET: u32 = 0u;
override DST_STRIDE: u32 = 1u;
override EPS: f32 = 1e-5;
// Distance of the weights of two groups: 0 if all groups share them.
override WEIGHT_STRIDE: u32 = 0u;
#include "lib/lane_sums.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  let start = group.x * WIDTH;
  let gates_at = row * GATE_STRIDE + OFFSET + start;
  var squares = 0.0;
  for (var i = lane; i < WIDTH; i += WORKGROUP_SIZE) {
    var x = src[row * SRC_STRIDE + start + i];
#if GATE_FIRST
    x *= silu(gates[gates_at + i]);
#endif
    squares = fma(x, x, squares);
  }
  let scale = 1.0 / sqrt(sum_of_lanes(lane, squares) / f32(WIDTH) + EPS);
  for (var i = lane; i < WIDTH; i += WORKGROUP_SIZE) {
    let x = src[row * SRC_STRIDE + start + i];
    dst[row * DST_STRIDE + start + i] =
      x * silu(gates[gates_at + i]) * scale * weights[group.x * WEIGHT_STRIDE + i];
  }
}
