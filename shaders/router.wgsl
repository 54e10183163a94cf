// router: chooses the experts of each row and their weights. It takes the N_USED experts with the largest logits gate_inp . x
// (lowest index on a tie), in descending order, and their softmax probabilities, normalised to sum 1. That softmax is the same
// over all experts and over the chosen ones. The norm of src is deferred: its scale does not change the order of the logits, only
// their differences. GATING other than ratio: see lib/gating.wgsl. NORMED 0: rows of src are plain. One workgroup per row.
// Numerics: f32, with the sums of mul_mat; the largest logit is subtracted before exp.
// LANES 1: each invocation computes the logits of its experts. LANES 16: lane l of 16 row lanes has the experts l, l + 16, ...,
// R at a time, and each of the 16 class lanes one class of their sums; invocations of a class read the same values of src.
#define WEIGHT F32
#define NORMED 1
#define GATING ratio
#define LANES 1
#define R 1
// One row of src times one weight row in lib/block_products.wgsl.
#define W 1
#define ROWS 1
#define SHARED 0
#define CLASSED 1
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
// [row, e] = (expert, bits of its weight)
@group(0) @binding(4) var<storage, read_write> chosen: array<vec2<u32>>;

override WORKGROUP_SIZE: u32 = 4u;
override BLOCKS: u32 = 1u;
override N_EXPERTS: u32 = 1u;
override N_USED: u32 = 1u;

#if NORMED
#include "lib/deferred_norm.wgsl"
fn src_of(row: u32) -> u32 { return row * BLOCKS * 10u; }
#else
fn src_of(row: u32) -> u32 { return row * BLOCKS * 8u; }
#endif
#include "lib/gating.wgsl"
#if LANES != 1
#include "lib/router_lanes.wgsl"
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  let src0 = src_of(row);
#if LANES == 1
#if NORMED
  let scale = norm_scale(row_squares(src0));
#else
  let scale = 1.0;
#endif
  let end_block = BLOCKS + unknown_zero();
  for (var expert = lane; expert < N_EXPERTS; expert += WORKGROUP_SIZE) {
    let first0 = first_of_row(expert);
    var sum0_0 = 0.0;
#include "lib/block_products.wgsl"
    values[expert] = value_of(expert, sum0_0, scale);
  }
#else
  let scale = row_factor(src0, lane);
  find_values(src0, lane, scale);
#endif
  choose(row, lane, scale);
}
