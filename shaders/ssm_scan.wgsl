// ssm_scan: recurrence of Mamba-2 (Dao and Gu 2024), and of Mamba (Gu and Dao 2023) with heads of one channel. Each of a head's WIDTH channels has a state s of 4 STATE_QUADS values. At every
// position s = e^(dt slope) s + dt x B, and the output is s C + skip x, with dt = softplus(dt + bias). One workgroup per run of a
// slot (workgroup.y) and WORKGROUP_SIZE channels (workgroup.x). An invocation has one channel and goes through the positions one by
// one, so no bit depends on the batch (design D1). Numerics: f32; s C adds vec4s in order, then their four parts.
// A row of inputs: x of all channels, B, then C of all groups, dt of all heads.
// PER_STATE 1: each value of a state has a slope of its own (Mamba).
#define STATE_QUADS 1
#define PER_STATE 0
#include "lib/step.wgsl"
#include "lib/state.wgsl"
#include "lib/sums.wgsl"
#include "lib/carried.wgsl"
// [slot][STATE_QUADS][channels]
@group(0) @binding(3) var<storage, read_write> memory: array<vec4<f32>>;
// Slopes of the heads (PER_STATE: of all their states), their biases, their skips.
@group(0) @binding(4) var<storage, read> params: array<f32>;
@group(0) @binding(5) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 32u;
override N_HEAD: u32 = 1u;
override WIDTH: u32 = 1u;
override N_GROUP: u32 = 1u;
override DST_STRIDE: u32 = 4u;

var<private> state: array<vec4<f32>, {STATE_QUADS}>;

// Decays of four values of a state, after a step of length dt.
fn decays(dt: f32, head: u32, i: u32) -> vec4<f32> {
#if PER_STATE
  let at = 4u * (head * {STATE_QUADS}u + i);
  return exp(dt * vec4<f32>(params[at], params[at + 1u], params[at + 2u], params[at + 3u]));
#else
  return vec4<f32>(exp(dt * params[head]));
#endif
}

fn store(cell: u32) {
  for (var i = 0u; i < {STATE_QUADS}u; i++) { memory[cell + i * N_HEAD * WIDTH] = state[i]; }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = run_start(group.y);
  let channel = group.x * WORKGROUP_SIZE + lane;
  let n_channels = N_HEAD * WIDTH;
  if (first_row >= n_rows() || channel >= n_channels) { return; }
  let head = channel / WIDTH;
  let b_at = n_channels / 4u + head / (N_HEAD / N_GROUP) * {STATE_QUADS}u;
  let c_at = b_at + N_GROUP * {STATE_QUADS}u;
#if PER_STATE
  let biases_at = n_channels * 4u * {STATE_QUADS}u;
#else
  let biases_at = N_HEAD;
#endif
  let dt_at = n_channels + 8u * N_GROUP * {STATE_QUADS}u + head;

  let carried = state_of(first_row);
  let slot = carried.x;
  let base = carried.y;
  let commit = carried.z;
  let first = position_of(first_row);
  let end = first + run_length(first_row);
  let cell = slot * {STATE_QUADS}u * n_channels + channel;
  for (var i = 0u; i < {STATE_QUADS}u; i++) {
    state[i] = vec4<f32>(0.0);
    if (base > 0u) { state[i] = memory[cell + i * n_channels]; }
  }
  for (var position = base; position < end; position++) {
    if (position == commit && commit > base) { store(cell); }
    let row = inputs_at(first_row, slot, position);
    let dt = softplus(input_value(row, dt_at) + params[biases_at + head]);
    let x = input_value(row, channel);
    let added = dt * x;
    var output = vec4<f32>(0.0);
    for (var i = 0u; i < {STATE_QUADS}u; i++) {
      let s = fma(vec4<f32>(added), input_quad(row, b_at + i), state[i] * decays(dt, head, i));
      state[i] = s;
      output = fma(s, input_quad(row, c_at + i), output);
    }
    if (position >= first) {
      dst[(first_row + position - first) * DST_STRIDE + channel] =
        fma(params[biases_at + N_HEAD + head], x, quad_sum(output));
    }
  }
  if (commit == end) { store(cell); }
}
