// stretch: the ends of AltUp's residual streams, of which all but the first are products that are stretched to the length of the first
// one. STAGE open: stream 0 becomes x, the others the stretched products. STAGE close: x becomes the mean of stream 0 and the stretched
// products.
//
// One workgroup per row. Each lane sums the squares of its vec4s in f32; then every lane adds up all lanes' sums in the same order
// (lib/lane_sums.wgsl). Products without length stay zero.
#define STAGE open
#define STREAMS 4
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;
// [row, stream, STRIDE]
@group(0) @binding(2) var<storage, read_write> streams: array<vec4<f32>>;
// [row, stream - 1, STRIDE]
@group(0) @binding(3) var<storage, read> products: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
// Stride of rows in vec4s.
override STRIDE: u32 = 8u;
#include "lib/lane_sums.wgsl"

fn first_quad(row: u32, i: u32) -> vec4<f32> {
#if STAGE == open
  return x[row * STRIDE + i];
#else
  return streams[row * {STREAMS}u * STRIDE + i];
#endif
}

fn product_quad(row: u32, other: u32, i: u32) -> vec4<f32> {
  return products[(row * ({STREAMS}u - 1u) + other) * STRIDE + i];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  let end = STRIDE + unknown_zero();
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let value = first_quad(row, i);
    squares = fma(value, value, squares);
  }
  let target_length = sqrt(sum_of_lanes(lane, quad_sum(squares)));
  var factors: array<f32, {STREAMS}>;
  for (var other = 0u; other < {STREAMS}u - 1u; other++) {
    squares = vec4<f32>(0.0);
    for (var i = lane; i < end; i += WORKGROUP_SIZE) {
      let value = product_quad(row, other, i);
      squares = fma(value, value, squares);
    }
    let total = sum_of_lanes(lane, quad_sum(squares));
    factors[other] = select(0.0, target_length / sqrt(max(total, 1e-38)), total > 0.0);
  }
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let first = first_quad(row, i);
#if STAGE == open
    let from_streams = row * {STREAMS}u * STRIDE + i;
    streams[from_streams] = first;
    for (var other = 0u; other < {STREAMS}u - 1u; other++) {
      streams[from_streams + (other + 1u) * STRIDE] = product_quad(row, other, i) * factors[other];
    }
#else
    var sum = first;
    for (var other = 0u; other < {STREAMS}u - 1u; other++) {
      sum = fma(product_quad(row, other, i), vec4<f32>(factors[other]), sum);
    }
    x[row * STRIDE + i] = sum / {STREAMS}.0;
#endif
  }
}
