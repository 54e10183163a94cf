// altup: alternating updates of the STREAMS residual streams of a row. Both stages compute modalities m = tanh(router norm(x) / K) of
// one of its rows, and from them coefficients, one by one of their matrix's rows times m.
// STAGE predict: x is stream 0. Each stream becomes x_j + sum of coefficient[i + STREAMS j] x_i over i, in order; x becomes stream 0.
// STAGE correct: x is the layer's output. Each stream becomes p_j + (coefficient[j] + 1) (x - p_0); x becomes stream 0 times a vector.
//
// One workgroup per row. Each lane sums its vec4s in f32; then every lane adds up all lanes' sums in the same order
// (lib/lane_sums.wgsl). Nothing depends on other rows (design D1).
#define STAGE predict
#define STREAMS 4
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
#include "lib/tanh.wgsl"
// [row, stream, STRIDE]
@group(0) @binding(1) var<storage, read_write> streams: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;
// Weight of the norm, rows of the router, rows of the coefficients' matrix, each padded to 32 values, then the vector.
@group(0) @binding(3) var<storage, read> params: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
// Values per row, and stride of rows in vec4s.
override K: u32 = 32u;
override STRIDE: u32 = 8u;
override EPS: f32 = 1e-5;
#include "lib/lane_sums.wgsl"

#if STAGE == predict
const N_COEFFICIENTS = {STREAMS}u * {STREAMS}u;
#else
const N_COEFFICIENTS = {STREAMS}u;
#endif
// Vec4s of a padded row of the coefficients' matrix.
const COEFFICIENT_STRIDE = 8u;
var<workgroup> coefficients: array<f32, N_COEFFICIENTS>;

fn input_quad(row: u32, i: u32) -> vec4<f32> {
#if STAGE == predict
  return streams[row * {STREAMS}u * STRIDE + i];
#else
  return x[row * STRIDE + i];
#endif
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  let end = STRIDE + unknown_zero();
  var squares = vec4<f32>(0.0);
#for j 0..STREAMS
  var dots{j} = vec4<f32>(0.0);
#endfor
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let value = input_quad(row, i);
    squares = fma(value, value, squares);
    let weighted = value * params[i];
#for j 0..STREAMS
    dots{j} = fma(weighted, params[({j}u + 1u) * STRIDE + i], dots{j});
#endfor
  }
  let scale = 1.0 / (sqrt(sum_of_lanes(lane, quad_sum(squares)) / f32(K) + EPS) * f32(K));
#for j 0..STREAMS
  let m{j} = tanh_of(sum_of_lanes(lane, quad_sum(dots{j})) * scale);
#endfor
  let from_matrix = ({STREAMS}u + 1u) * STRIDE;
  for (var c = lane; c < N_COEFFICIENTS; c += WORKGROUP_SIZE) {
    let at = from_matrix + c * COEFFICIENT_STRIDE;
    var sum = 0.0;
#for j 0..STREAMS
    sum = fma(m{j}, params[at + {j}u / 4u][{j}u % 4u], sum);
#endfor
    coefficients[c] = sum;
  }
  workgroupBarrier();
  let from_streams = row * {STREAMS}u * STRIDE;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
#for j 0..STREAMS
    let x{j} = streams[from_streams + {j}u * STRIDE + i];
#endfor
#if STAGE == predict
#for j 0..STREAMS
    var p{j} = x{j};
#for l 0..STREAMS
    p{j} = fma(x{l}, vec4<f32>(coefficients[{l}u + {STREAMS}u * {j}u]), p{j});
#endfor
    streams[from_streams + {j}u * STRIDE + i] = p{j};
#endfor
    x[row * STRIDE + i] = p0;
#else
    let innovation = x[row * STRIDE + i] - x0;
#for j 0..STREAMS
    let corrected{j} = fma(innovation, vec4<f32>(coefficients[{j}u] + 1.0), x{j});
    streams[from_streams + {j}u * STRIDE + i] = corrected{j};
#endfor
    x[row * STRIDE + i] = corrected0 * params[from_matrix + N_COEFFICIENTS * COEFFICIENT_STRIDE + i];
#endif
  }
}
