// router: the experts of each row and their weights.
// The N_USED experts with the largest logits gate_inp . x (lowest index on a tie), in descending order, and their
// softmax probabilities renormalised to sum 1; over all experts or over the chosen ones, that is the same softmax.
// One workgroup per row: each lane computes the logits of its experts, then lane 0 selects. Sums in f32, four partials
// per logit; the largest logit is subtracted before exp.
#define WEIGHT F32
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

const TAKEN = -3e38;
var<workgroup> logits: array<f32, N_EXPERTS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  for (var expert = lane; expert < N_EXPERTS; expert += WORKGROUP_SIZE) {
    var acc = vec4<f32>(0.0);
    for (var block = 0u; block < BLOCKS; block++) {
      let weight = load_block(expert * BLOCKS + block);
      let x = (row * BLOCKS + block) * 8u;
      for (var i = 0u; i < 4u; i++) {
        acc = fma(low_quad(weight, i), src[x + i], acc);
        acc = fma(high_quad(weight, i), src[x + 4u + i], acc);
      }
    }
    logits[expert] = quad_sum(acc);
  }
  workgroupBarrier();
  if (lane != 0u) { return; }

  var highest = 0.0;
  var total = 0.0;
  for (var rank = 0u; rank < N_USED; rank++) {
    var best = 0u;
    for (var e = 1u; e < N_EXPERTS; e++) {
      if (logits[e] > logits[best]) { best = e; }
    }
    if (rank == 0u) { highest = logits[best]; }
    let weight = exp(logits[best] - highest);
    total += weight;
    chosen[row * N_USED + rank] = vec2<u32>(best, bitcast<u32>(weight));
    logits[best] = TAKEN;
  }
  for (var rank = 0u; rank < N_USED; rank++) {
    let at = row * N_USED + rank;
    chosen[at].y = bitcast<u32>(bitcast<f32>(chosen[at].y) / total);
  }
}
