// Partial sums of the lanes that share a weight row: a value per invocation in each of SLICES slices.
var<workgroup> partial: array<f32, {SLICES} * WORKGROUP_SIZE>;
// Weight rows of a workgroup. This is a function, because naga, Firefox's compiler, panics at some overrides that depend on
// others.
fn rows_of_weight() -> u32 { return WORKGROUP_SIZE / {LANES}u; }

// Sums of the lanes, in order, for four neighbouring weight rows.
fn sum_lanes(slice: u32, row: u32) -> vec4<f32> {
  var sum = vec4<f32>(0.0);
  for (var l = 0u; l < {LANES}u; l++) {
    let at = slice * WORKGROUP_SIZE + row * {LANES}u + l;
    sum += vec4<f32>(partial[at], partial[at + {LANES}u], partial[at + 2u * {LANES}u], partial[at + 3u * {LANES}u]);
  }
  return sum;
}

// Sum of the classes of a slice that has only those.
fn sum_classes(slice: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < CLASSES; i++) { sum += partial[slice * WORKGROUP_SIZE + i]; }
  return sum;
}
