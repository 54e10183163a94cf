var<workgroup> sums: array<f32, WORKGROUP_SIZE>;

// Sum of all lanes' values, added up in the order of the lanes, so that every lane has the same result.
fn sum_of_lanes(lane: u32, value: f32) -> f32 {
  // Wait until all lanes have read the result of an earlier sum.
  workgroupBarrier();
  sums[lane] = value;
  workgroupBarrier();
  var total = 0.0;
  for (var l = 0u; l < WORKGROUP_SIZE; l++) { total += sums[l]; }
  return total;
}
