// ssm_scan: recurrence of Mamba-2 (Dao and Gu 2024), and of Mamba (Gu and Dao 2023) with heads of one channel. Each of a head's
// WIDTH channels has a state s of 4 STATE_QUADS values. At every position s = e^(dt slope) s + dt x B, and the output is s C + skip x, with dt = softplus(dt + bias). One workgroup per run of a
// slot (workgroup.y) and WORKGROUP_SIZE channels (workgroup.x). An invocation has one channel and goes through the positions one by
// one, so no bit depends on the batch (design D1). Numerics: f32; s C adds vec4s in order, then their four parts.
// A row of inputs: x of all channels, B, then C of all groups, dt of all heads.
// PER_STATE 1: each value of a state has a slope of its own (Mamba).
#define PER_STATE 0
#include "lib/carried.wgsl"
// memory: [slot][STATE_QUADS][channels]. params: slopes of the heads (PER_STATE: of all their states), their biases, their skips.

override N_HEAD: u32 = 1u;
override WIDTH: u32 = 1u;
override N_GROUP: u32 = 1u;

// Decays of four values of a state, after a step of length dt.
fn decays(dt: f32, head: u32, i: u32) -> vec4<f32> {
#if PER_STATE
  let at = 4u * (head * {STATE_QUADS}u + i);
  return exp(dt * vec4<f32>(params[at], params[at + 1u], params[at + 2u], params[at + 3u]));
#else
  return vec4<f32>(exp(dt * params[head]));
#endif
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

  let run = run_from(first_row);
  let cell = run.slot * {STATE_QUADS}u * n_channels + channel;
  load_state(run, cell, n_channels);
  let end = run.end;
  for (var position = run.base; position < end; position++) {
    store_state(run, position, cell, n_channels);
    let row = inputs_at(run, first_row, position);
    let dt = softplus(input_value(row, dt_at) + params[biases_at + head]);
    let x = input_value(row, channel);
    let added = dt * x;
    var output = vec4<f32>(0.0);
    for (var i = 0u; i < {STATE_QUADS}u; i++) {
      let s = fma(vec4<f32>(added), input_quad(row, b_at + i), state[i] * decays(dt, head, i));
      state[i] = s;
      output = fma(s, input_quad(row, c_at + i), output);
    }
    if (position >= run.first) {
      dst[(first_row + position - run.first) * DST_STRIDE + channel] =
        fma(params[biases_at + N_HEAD + head], x, quad_sum(output));
    }
  }
  store_state(run, end, cell, n_channels);
}
