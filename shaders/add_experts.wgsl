// add_experts: adds the outputs of each row's experts, which mul_mat_id stored for every choice, in ascending order of the
// experts: the sums of its stages down and down_store (STAGE), with the same bits. An invocation adds four values; workgroup.y is
// the row.
#define STAGE down
#define BIAS 0
#define RESIDUAL_AT 4
#define BIASES_AT 4
#include "lib/step.wgsl"
// [row, e, n]: products, rows of whole vec4s.
@group(0) @binding(1) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> chosen: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override N_USED: u32 = 1u;
override SRC_STRIDE: u32 = 4u;
override DST_STRIDE: u32 = 1u;
override DST_OFFSET: u32 = 0u;
#if STAGE == down
#include "lib/residual.wgsl"
#endif
#if BIAS
#include "lib/expert_biases.wgsl"
#endif
#include "lib/expert_sums.wgsl"
#include "lib/expert_order.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  find_order(row, local);
  workgroupBarrier();
  let n = (group.x * WORKGROUP_SIZE + local) * 4u;
  if (n >= N) { return; }
  var sum = vec4<f32>(0.0);
  for (var i = 0u; i < N_USED; i++) {
    let choice = row * N_USED + ascending[i];
    sum = add_expert(choice, n, src[(choice * SRC_STRIDE + n) / 4u], sum);
  }
  finish_sum(row, n, sum);
}
