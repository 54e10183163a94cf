// mul_mat of invocations that share the classes of a sum and the rows of src, see lib/staged_products.wgsl.
#define M 1
#define R 1
#define ROWS 1
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
override WORKGROUP_SIZE: u32 = 64u;
#include "lib/product.wgsl"
#include "lib/staged_products.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row0 = group.y * {M}u;
  if (row0 >= n_products()) { return; }
  let n = group.x * WEIGHT_ROWS;
#include "lib/staged_loop.wgsl"
  // One invocation for every four products of a row.
  let m = local / (WEIGHT_ROWS / 4u);
  let first_row = local % (WEIGHT_ROWS / 4u) * 4u;
  if (m >= {M}u) { return; }
  let sums = total_of(m, first_row);
#if EPILOGUE == swiglu
  let ups = total_of({M}u + m, first_row);
#else
  let ups = vec4<f32>(0.0);
#endif
#if NORMED
  let factor = norm_scale(total_squares(m));
#else
  let factor = 1.0;
#endif
  finish(row0 + m, n + first_row, factor, sums, ups);
}
