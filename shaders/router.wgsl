// router: chooses the experts of each row and their weights. It takes the N_USED experts with the largest logits gate_inp . x
// (lowest index on a tie), in descending order, and their softmax probabilities, normalised to sum 1. That softmax is the same
// over all experts and over the chosen ones. The norm of src is deferred: its scale does not change the order of the logits, only
// their differences. One workgroup per row: each lane computes the logits of its experts, then lane 0 selects. Sums in f32, as
// in mul_mat; the largest logit is subtracted before exp. NORMED 0: rows of src are plain. GATING other
// than ratio: lib/gating.wgsl chooses and weighs the experts.
#define WEIGHT F32
#define NORMED 1
#define GATING ratio
// One row of src times one weight row in lib/block_products.wgsl.
#define W 1
#define ROWS 1
#define LANES 1
#define SHARED 0
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
#endif

const TAKEN = -3e38;
var<workgroup> logits: array<f32, N_EXPERTS>;
#if GATING != ratio
#include "lib/gating.wgsl"
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
#if NORMED
  let from_row = row * BLOCKS * 10u;
#else
  let from_row = row * BLOCKS * 8u;
#endif
#if GATING != ratio
#if NORMED
  let scale = norm_scale(row_squares(from_row));
#else
  let scale = 1.0;
#endif
#endif
  let src0 = from_row;
  let end_block = BLOCKS + unknown_zero();
  for (var expert = lane; expert < N_EXPERTS; expert += WORKGROUP_SIZE) {
    let first0 = first_of_row(expert);
    var sum0_0 = 0.0;
#include "lib/block_products.wgsl"
#if GATING == ratio
    logits[expert] = sum0_0;
#else
    logits[expert] = gated(expert, sum0_0, scale);
#endif
  }
  workgroupBarrier();
  if (lane != 0u) { return; }

#if GATING != ratio
  choose(row);
#else
  let scale = norm_scale(row_squares(from_row));
  var highest = 0.0;
  var total = 0.0;
  for (var rank = 0u; rank < N_USED; rank++) {
    var best = 0u;
    for (var e = 1u; e < N_EXPERTS; e++) {
      if (logits[e] > logits[best]) { best = e; }
    }
    if (rank == 0u) { highest = logits[best]; }
    let weight = exp((logits[best] - highest) * scale);
    total += weight;
    chosen[row * N_USED + rank] = vec2<u32>(best, bitcast<u32>(weight));
    logits[best] = TAKEN;
  }
  for (var rank = 0u; rank < N_USED; rank++) {
    let at = row * N_USED + rank;
    chosen[at].y = bitcast<u32>(bitcast<f32>(chosen[at].y) / total);
  }
#endif
}
