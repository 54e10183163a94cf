// add_norm: x += SCALE * post(branch), times FACTOR, then next = norm(x): the end of a branch whose last product cannot do this
// itself.
//
// One workgroup per row (workgroup.x: row of the batch, workgroup.y: row of its PER_ROW). Each lane sums its vec4s in f32; then every
// lane adds up all lanes' sums in the same order (lib/lane_sums.wgsl). A layer norm computes the mean first, then the squares of the
// differences from it. Nothing depends on other rows (design D1).
// FACTOR: none; constant; params, where the number at FACTOR_AT is the factor. PER_ROW: rows of all buffers for each row of the
// batch, one after the other.
// STREAMS: x has that many rows for each row, and all but the first get the branch; it has no next norm then.
// POST, NEXT: none, rms or layer; NEXT deferred: the rows of lib/deferred_norm.wgsl. ADD 0: x is only normalised. GATHER 1: row i
// of next is the batch row that output i belongs to.
#define ADD 1
#define POST none
#define POST_BIAS 0
#define NEXT none
#define NEXT_BIAS 0
#define GATHER 0
#define FACTOR none
#define STREAMS 0
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
// Weight and bias of POST, then of NEXT, each padded to STRIDE.
@group(0) @binding(2) var<storage, read> params: array<vec4<f32>>;
#if ADD
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> branch: array<vec4<f32>>;
#if NEXT != none
@group(0) @binding(4) var<storage, read_write> next: array<vec4<f32>>;
#endif
#else
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> next: array<vec4<f32>>;
#endif

override WORKGROUP_SIZE: u32 = 16u;
// Values per row, and stride of rows in vec4s.
override K: u32 = 4u;
override STRIDE: u32 = 8u;
override SCALE: f32 = 1.0;
override POST_EPS: f32 = 1e-5;
override NEXT_EPS: f32 = 1e-5;
override PER_ROW: u32 = 1u;
#if FACTOR == constant
override FACTOR_VALUE: f32 = 1.0;
#endif
#if FACTOR == params
// Place of the factor in params, in vec4s.
override FACTOR_AT: u32 = 0u;
#endif

#include "lib/lane_sums.wgsl"

// 1 for values of the row, 0 for its padding.
fn inside(i: u32) -> vec4<f32> {
  let at = vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * i);
  return select(vec4<f32>(0.0), vec4<f32>(1.0), at < vec4<u32>(K));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
#if GATHER
  if (group.x >= n_outputs()) { return; }
  let row = row_of_output(group.x);
#else
  if (group.x >= n_rows()) { return; }
  let row = group.x * PER_ROW + group.y;
#endif
  let from_row = row * STRIDE;
  let end = STRIDE + unknown_zero();
  var at = 0u;
#if POST != none
  var post_mean = 0.0;
#if POST == layer
  var post_sum = vec4<f32>(0.0);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) { post_sum += branch[from_row + i]; }
  post_mean = sum_of_lanes(lane, quad_sum(post_sum)) / f32(K);
#endif
  var post_squares = vec4<f32>(0.0);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let y = (branch[from_row + i] - post_mean) * inside(i);
    post_squares = fma(y, y, post_squares);
  }
  let post_scale = 1.0 / sqrt(sum_of_lanes(lane, quad_sum(post_squares)) / f32(K) + POST_EPS);
  at += STRIDE;
#if POST_BIAS
  at += STRIDE;
#endif
#endif
#if ADD
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    var y = branch[from_row + i];
#if POST != none
    y = (y - post_mean) * post_scale * params[i];
#if POST_BIAS
    y += params[STRIDE + i];
#endif
#endif
#if STREAMS
    for (var stream = 1u; stream < {STREAMS}u; stream++) {
      let at = (row * {STREAMS}u + stream) * STRIDE + i;
      x[at] = fma(vec4<f32>(SCALE), y, x[at]);
    }
#else
    let sum = fma(vec4<f32>(SCALE), y, x[from_row + i]) * inside(i);
#if FACTOR == none
    x[from_row + i] = sum;
#endif
#if FACTOR == constant
    x[from_row + i] = sum * FACTOR_VALUE;
#endif
#if FACTOR == params
    x[from_row + i] = sum * params[FACTOR_AT].x;
#endif
#endif
  }
  // From here a lane reads only values that it wrote itself, or waits for the others.
#endif
#if NEXT == deferred
#if ADD
  storageBarrier();
#endif
  let to_row = row * (STRIDE / 4u * 5u);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) { next[to_row + i] = x[from_row + i] * params[at + i]; }
  for (var i = lane * 4u; i < end; i += WORKGROUP_SIZE * 4u) {
    var squares = vec4<f32>(0.0);
    for (var j = 0u; j < 4u; j++) { squares[j] = add_dot(x[from_row + i + j], x[from_row + i + j], 0.0); }
    next[to_row + STRIDE + i / 4u] = squares;
  }
#else
#if NEXT != none
  var mean = 0.0;
#if NEXT == layer
  var sum = vec4<f32>(0.0);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) { sum += x[from_row + i]; }
  mean = sum_of_lanes(lane, quad_sum(sum)) / f32(K);
#endif
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let y = (x[from_row + i] - mean) * inside(i);
    squares = fma(y, y, squares);
  }
  let scale = 1.0 / sqrt(sum_of_lanes(lane, quad_sum(squares)) / f32(K) + NEXT_EPS);
  let to_row = (group.x * PER_ROW + group.y) * STRIDE;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    var y = (x[from_row + i] - mean) * scale * params[at + i];
#if NEXT_BIAS
    y += params[at + STRIDE + i];
#endif
    next[to_row + i] = y * inside(i);
  }
#endif
#endif
}
