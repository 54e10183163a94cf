// sparse_gate: leaves of N gates of a row those that exceed their mean by DEVIATIONS standard deviations of a sample, and subtracts
// that threshold from them; the others become 0.
//
// One workgroup per row. Each lane sums its gates in f32, then the squares of their differences from the mean; every lane adds up all
// lanes' sums in the same order (lib/lane_sums.wgsl).
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read_write> gates: array<f32>;

override WORKGROUP_SIZE: u32 = 16u;
override N: u32 = 2u;
override STRIDE: u32 = 2u;
override DEVIATIONS: f32 = 1.0;
#include "lib/lane_sums.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  let from_row = row * STRIDE;
  let end = N + unknown_zero();
  var sum = 0.0;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) { sum += gates[from_row + i]; }
  let mean = sum_of_lanes(lane, sum) / f32(N);
  var squares = 0.0;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let difference = gates[from_row + i] - mean;
    squares = fma(difference, difference, squares);
  }
  let threshold = fma(DEVIATIONS, sqrt(sum_of_lanes(lane, squares) / f32(N - 1u)), mean);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    gates[from_row + i] = max(0.0, gates[from_row + i] - threshold);
  }
}
