// rms_norm: dst[row] = src[row] / sqrt(mean(src[row]^2) + EPS) * weight. One workgroup per row. Each lane sums the squares of its
// vec4s in f32; then every lane adds up all lanes' sums in the same order, so that one barrier is enough. GATHER 1: row i of dst
// is the batch row that output i belongs to. RING 1: dst is [slot][RING_ROWS][STRIDE], and a row goes to its position modulo RING_ROWS.
#define GATHER 0
#define RING 0
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
#if RING
override RING_ROWS: u32 = 1u;

fn ring_row(row: u32) -> u32 {
  let slot = step[step[1u + row].z / 4u - 1u].x;
  return slot * RING_ROWS + position_of(row) % RING_ROWS;
}
#endif

var<workgroup> sums: array<f32, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
#if GATHER
  if (row >= n_outputs()) { return; }
  let batch_row = row_of_output(row);
#else
  if (row >= n_rows()) { return; }
  let batch_row = row;
#endif
  let from_row = batch_row * STRIDE;
#if RING
  let to_row = ring_row(batch_row) * STRIDE;
#else
  let to_row = row * STRIDE;
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
    dst[to_row + i] = src[from_row + i] * scale * weight[i];
  }
}
