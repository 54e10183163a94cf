// mul_mat_id: the matrices of the experts that the router chose for each row; only those are read.
//
// STAGE gate_up: h[row, e, n] = silu(gate[n] . x) * (up[n] . x) for the e-th chosen expert of the row;
//   one invocation (or LANES of them) per n, workgroup.y = e, workgroup.z = row.
// STAGE down: dst[row, n] += sum over e of weight[e] * (down[n] . h[row, e]), experts in the router's order;
//   one invocation (or LANES) per n, workgroup.y = row.
// Numerics as in mul_mat with M = 1, so a row's bits do not depend on the batch (design D1).
#define LANES 1
#define STAGE gate_up
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;
// [row, e] = (expert, bits of its weight)
@group(0) @binding(5) var<storage, read> chosen: array<vec2<u32>>;

override WORKGROUP_SIZE: u32 = 64u;
override BLOCKS: u32 = 1u;
override N: u32 = 1u;
override N_EXPERTS: u32 = 1u;
override N_USED: u32 = 1u;
override DST_STRIDE: u32 = 1u;

#if LANES != 1
var<workgroup> partial: array<vec2<f32>, WORKGROUP_SIZE>;
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let n = (group.x * WORKGROUP_SIZE + local) / {LANES}u;
  let lane = local % {LANES}u;
#if STAGE == gate_up
  let row = group.z;
#else
  let row = group.y;
#endif
  if (row >= n_rows()) { return; }
#if LANES == 1
  if (n >= N) { return; }
#endif
  let weight_row = min(n, N - 1u);

#if STAGE == gate_up
  let expert = chosen[row * N_USED + group.y].x;
  let src0 = row * BLOCKS * 8u;
  let first = (expert * N + weight_row) * BLOCKS;
  var gate = vec4<f32>(0.0);
  var up = vec4<f32>(0.0);
  for (var block = lane; block < BLOCKS; block += {LANES}u) {
    let weight = load_block(first + block);
    let weight_up = load_block(first + N_EXPERTS * N * BLOCKS + block);
    for (var i = 0u; i < 4u; i++) {
      let low = src[src0 + block * 8u + i];
      let high = src[src0 + block * 8u + 4u + i];
      gate = fma(low_quad(weight, i), low, gate);
      gate = fma(high_quad(weight, i), high, gate);
      up = fma(low_quad(weight_up, i), low, up);
      up = fma(high_quad(weight_up, i), high, up);
    }
  }
  var sum = vec2<f32>(quad_sum(gate), quad_sum(up));
#else
  var total = 0.0;
  for (var e = 0u; e < N_USED; e++) {
    let choice = chosen[row * N_USED + e];
    let src0 = (row * N_USED + e) * BLOCKS * 8u;
    let first = (choice.x * N + weight_row) * BLOCKS;
    var acc = vec4<f32>(0.0);
    for (var block = lane; block < BLOCKS; block += {LANES}u) {
      let weight = load_block(first + block);
      for (var i = 0u; i < 4u; i++) {
        acc = fma(low_quad(weight, i), src[src0 + block * 8u + i], acc);
        acc = fma(high_quad(weight, i), src[src0 + block * 8u + 4u + i], acc);
      }
    }
    total = fma(bitcast<f32>(choice.y), quad_sum(acc), total);
  }
  var sum = vec2<f32>(total, 0.0);
#endif

#if LANES != 1
  partial[local] = sum;
  workgroupBarrier();
  if (lane != 0u || n >= N) { return; }
  for (var l = 1u; l < {LANES}u; l++) { sum += partial[local + l]; }
#endif

#if STAGE == gate_up
  dst[(row * N_USED + group.y) * DST_STRIDE + n] = silu(sum.x) * sum.y;
#else
  dst[row * DST_STRIDE + n] += sum.x;
#endif
}
