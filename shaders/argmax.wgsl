// argmax: the likeliest token of each output row, lowest id on a tie. One workgroup per output row: each lane keeps the first
// maximum of its ids l, l + lanes, ...; lane 0 merges them. In a draft chain each step's result has its own place.
#include "lib/step.wgsl"
@group(0) @binding(1) var<storage, read> logits: array<f32>;
// [draft step, output] = token
@group(0) @binding(2) var<storage, read_write> dst: array<u32>;

override WORKGROUP_SIZE: u32 = 16u;
override N_VOCAB: u32 = 1u;
override STRIDE: u32 = 1u;

var<workgroup> best_logit: array<f32, WORKGROUP_SIZE>;
var<workgroup> best_token: array<u32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let output = group.x;
  if (output >= n_outputs()) { return; }
  var token = min(lane, N_VOCAB - 1u);
  var logit = logits[output * STRIDE + token];
  for (var id = lane + WORKGROUP_SIZE; id < N_VOCAB; id += WORKGROUP_SIZE) {
    let candidate = logits[output * STRIDE + id];
    if (candidate > logit) {
      logit = candidate;
      token = id;
    }
  }
  best_logit[lane] = logit;
  best_token[lane] = token;
  workgroupBarrier();
  if (lane != 0u) { return; }
  for (var l = 1u; l < WORKGROUP_SIZE; l++) {
    if (best_logit[l] > logit || (best_logit[l] == logit && best_token[l] < token)) {
      logit = best_logit[l];
      token = best_token[l];
    }
  }
  dst[draft_step() * n_outputs() + output] = token;
}
