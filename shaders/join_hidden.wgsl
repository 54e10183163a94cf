// join_hidden: dst[row] = (norm(e) * weights, norm(h) * weights), the input of an MTP head or an EAGLE-3 draft. e is the row's embedding. h is the hidden
// state of the position before the row's, from a ring by position (rms_norm with RING); it is zero at position 0, and where the ring
// lacks it: the last word of the slot's vec4 in the step says from which position on the ring has states.
//
// One workgroup per row. Each lane sums the squares of its values of e and of h in f32; then every lane adds up all lanes' sums in
// the same order (lib/lane_sums.wgsl). RESIDUAL state or normed: h, or norm(h) * weights, replaces e (EAGLE-3).
#define RESIDUAL none
#include "lib/step.wgsl"
// [rows][STRIDE]
#if RESIDUAL == none
@group(0) @binding(1) var<storage, read> embedded: array<f32>;
#else
@group(0) @binding(1) var<storage, read_write> embedded: array<f32>;
#endif
// [slot][RING_ROWS][STRIDE]
@group(0) @binding(2) var<storage, read> ring: array<f32>;
// Weights of the norms of e and of h, each padded to STRIDE.
@group(0) @binding(3) var<storage, read> weights: array<f32>;
// [rows][DST_STRIDE], padded with zeros
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
// Values of e, and of h.
override K: u32 = 1u;
override STRIDE: u32 = 32u;
override DST_STRIDE: u32 = 32u;
override RING_ROWS: u32 = 1u;
override EPS: f32 = 1e-5;

#include "lib/lane_sums.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  if (row >= n_rows()) { return; }
  let slot = step[step[1u + row].z / 4u - 1u];
  let position = position_of(row);
  let has_state = position > slot.w;
  let from_state = (slot.x * RING_ROWS + (position - u32(has_state)) % RING_ROWS) * STRIDE;
  let from_token = row * STRIDE;
  let end = K + unknown_zero();

  var token_squares = 0.0;
  var state_squares = 0.0;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let e = embedded[from_token + i];
    let h = select(0.0, ring[from_state + i], has_state);
    token_squares = fma(e, e, token_squares);
    state_squares = fma(h, h, state_squares);
  }
  let token_scale = 1.0 / sqrt(sum_of_lanes(lane, token_squares) / f32(K) + EPS);
  let state_scale = 1.0 / sqrt(sum_of_lanes(lane, state_squares) / f32(K) + EPS);

  let to = row * DST_STRIDE;
  for (var i = lane; i < end; i += WORKGROUP_SIZE) {
    let h = select(0.0, ring[from_state + i], has_state);
    dst[to + i] = embedded[from_token + i] * token_scale * weights[i];
    let normed = h * state_scale * weights[STRIDE + i];
    dst[to + K + i] = normed;
#if RESIDUAL == state
    embedded[from_token + i] = h;
#endif
#if RESIDUAL == normed
    embedded[from_token + i] = normed;
#endif
  }
  let padding = DST_STRIDE - 2u * K + unknown_zero();
  for (var i = lane; i < padding; i += WORKGROUP_SIZE) { dst[to + 2u * K + i] = 0.0; }
}
