var<workgroup> sums: array<f32, WORKGROUP_SIZE>;

// The sum of all lanes' values, added up in the order of the lanes: the same in every lane.
fn sum_of_lanes(lane: u32, value: f32) -> f32 {
  // The result of an earlier sum may still be read.
  workgroupBarrier();
  sums[lane] = value;
  workgroupBarrier();
  var total = 0.0;
  for (var l = 0u; l < WORKGROUP_SIZE; l++) { total += sums[l]; }
  return total;
}
