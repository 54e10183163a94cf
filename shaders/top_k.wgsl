// top_k: the K likeliest tokens of each output row, in any order; of equal logits those with the lowest ids.
//
// One workgroup per output row. Radix select on a key that orders floats as unsigned integers: four passes over the row, each a
// histogram of the next 8 bits of the keys that still agree with the K-th largest. Then one pass collects the larger keys and, if
// they all fit, the equal ones. Integer atomics only, so the set is exact.
#include "lib/step.wgsl"
@group(0) @binding(1) var<storage, read> logits: array<f32>;
// [draft step, output, K] = (token, bits of its logit)
@group(0) @binding(2) var<storage, read_write> dst: array<vec2<u32>>;

override WORKGROUP_SIZE: u32 = 64u;
override N_VOCAB: u32 = 1u;
override STRIDE: u32 = 1u;
// Number of tokens, at most N_VOCAB.
override K: u32 = 1u;

var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> collected: atomic<u32>;
struct Selected {
  // Leading bits of the K-th largest key that are known so far.
  key: u32,
  // Number of tokens still to be found among the keys with these bits, and the number of such keys.
  wanted: u32,
  count: u32,
}
var<workgroup> selected: Selected;

// Key that orders like its logit.
fn key_of(logit: f32) -> u32 {
  let bits = bitcast<u32>(logit);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let output = group.x;
  if (output >= n_outputs()) { return; }
  let row = output * STRIDE;
  let to = (draft_step() * n_outputs() + output) * K;

  if (lane == 0u) { selected = Selected(0u, K, N_VOCAB); }
  for (var pass_index = 0u; pass_index < 4u; pass_index++) {
    let shift = 24u - 8u * pass_index;
    for (var bin = lane; bin < 256u; bin += WORKGROUP_SIZE) { atomicStore(&histogram[bin], 0u); }
    let found = workgroupUniformLoad(&selected);
    for (var id = lane; id < N_VOCAB; id += WORKGROUP_SIZE) {
      let key = key_of(logits[row + id]);
      // Compare the bits above those of this pass: none in the first pass, where a shift by 32 would be undefined.
      if (pass_index == 0u || (key >> (shift + 8u)) == (found.key >> (shift + 8u))) {
        atomicAdd(&histogram[(key >> shift) & 255u], 1u);
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      var wanted = found.wanted;
      var bin = 255u;
      var count = atomicLoad(&histogram[bin]);
      while (count < wanted && bin > 0u) {
        wanted -= count;
        bin--;
        count = atomicLoad(&histogram[bin]);
      }
      selected = Selected(found.key | (bin << shift), wanted, count);
    }
    workgroupBarrier();
  }

  let found = workgroupUniformLoad(&selected);
  // Without a tie at the edge every key from the K-th largest up belongs to the set.
  let lowest = select(found.key + 1u, found.key, found.wanted == found.count);
  for (var id = lane; id < N_VOCAB; id += WORKGROUP_SIZE) {
    let logit = logits[row + id];
    if (key_of(logit) >= lowest) {
      dst[to + atomicAdd(&collected, 1u)] = vec2<u32>(id, bitcast<u32>(logit));
    }
  }
  workgroupBarrier();
  if (lane != 0u || found.wanted == found.count) { return; }
  // On a tie, take as many of the equal logits as are wanted, lowest ids first.
  var at = atomicLoad(&collected);
  for (var id = 0u; id < N_VOCAB && at < K; id++) {
    let logit = logits[row + id];
    if (key_of(logit) == found.key) {
      dst[to + at] = vec2<u32>(id, bitcast<u32>(logit));
      at++;
    }
  }
}
