// rms_norm: dst[row] = src[row] / sqrt(mean(src[row]^2) + EPS) * weight. One workgroup per row. Each lane sums the squares of its
// vec4s in f32; then every lane adds up all lanes' sums in the same order, so that one barrier is enough. GATHER 1: row i of dst
// is the batch row that output i belongs to.
#define GATHER 0
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dst: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
// Values per row, and stride of rows in vec4s (rows are padded with zeros).
override K: u32 = 4u;
override STRIDE: u32 = 1u;
override EPS: f32 = 1e-5;

var<workgroup> sums: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
#if GATHER
  if (row >= n_outputs()) { return; }
  let from_row = row_of_output(row) * STRIDE;
#else
  if (row >= n_rows()) { return; }
  let from_row = row * STRIDE;
#endif
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < STRIDE; i += WORKGROUP_SIZE) {
    let x = src[from_row + i];
    squares = fma(x, x, squares);
  }
  sums[lane] = quad_sum(squares);
  workgroupBarrier();
  var total = 0.0;
  for (var l = 0u; l < WORKGROUP_SIZE; l++) { total += sums[l]; }
  let scale = 1.0 / sqrt(total / f32(K) + EPS);
  for (var i = lane; i < STRIDE; i += WORKGROUP_SIZE) {
    dst[row * STRIDE + i] = src[from_row + i] * scale * weight[i];
  }
}
