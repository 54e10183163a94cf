// gated_delta_net: recurrence of a gated delta net (Yang et al. 2025). A value head has a state S [keys, values]. At every position S
// decays by e^g, S += k d with d = beta (v - S^T k), and the output is S^T q; q and k are divided by their length, q by the root of
// its width too. One workgroup per run of a slot (workgroup.y) and WORKGROUP_SIZE columns of a head (workgroup.x). An invocation has
// one column of S and goes through the positions one by one, so no bit depends on the batch (design D1). Numerics: f32; sums over
// keys add vec4s in order, then their four parts.
// A row of inputs: q and k of the key heads, v of the value heads, then b and a of each value head, with beta = sigmoid(b) and
// g = softplus(a + bias) slope. BY_GROUP 1: neighbouring value heads share a key head; otherwise every N_KEY_HEAD-th one does.
#define BY_GROUP 0
#include "lib/carried.wgsl"
// memory: [slot][value head][STATE_QUADS][VALUES]. params: slopes of the value heads, then their biases.

override N_KEY_HEAD: u32 = 1u;
override N_VALUE_HEAD: u32 = 1u;
override VALUES: u32 = 4u;
override EPS: f32 = 1e-6;

// Reciprocal length of STATE_QUADS quads of a row.
fn unit_scale(row: Inputs, from_quad: u32) -> f32 {
  var squares = vec4<f32>(0.0);
  for (var i = 0u; i < {STATE_QUADS}u; i++) {
    let x = input_quad(row, from_quad + i);
    squares = fma(x, x, squares);
  }
  return 1.0 / sqrt(quad_sum(squares) + EPS);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = run_start(group.y);
  let per_head = (VALUES + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
  let head = group.x / per_head;
  let column = group.x % per_head * WORKGROUP_SIZE + lane;
  if (first_row >= n_rows() || column >= VALUES) { return; }
#if BY_GROUP
  let key_head = head / (N_VALUE_HEAD / N_KEY_HEAD);
#else
  let key_head = head % N_KEY_HEAD;
#endif
  let q_at = key_head * {STATE_QUADS}u;
  let k_at = q_at + N_KEY_HEAD * {STATE_QUADS}u;
  let v_at = 8u * N_KEY_HEAD * {STATE_QUADS}u + head * VALUES + column;
  let rates_at = 8u * N_KEY_HEAD * {STATE_QUADS}u + N_VALUE_HEAD * VALUES + head;

  let run = run_from(first_row);
  let cell = (run.slot * N_VALUE_HEAD + head) * {STATE_QUADS}u * VALUES + column;
  load_state(run, cell, VALUES);
  let end = run.end;
  for (var position = run.base; position < end; position++) {
    store_state(run, position, cell, VALUES);
    let row = inputs_at(run, first_row, position);
    let beta = 1.0 / (1.0 + exp(min(-input_value(row, rates_at), 80.0)));
    let a = input_value(row, rates_at + N_VALUE_HEAD);
    let decay = exp(softplus(a + params[N_VALUE_HEAD + head]) * params[head]);
    let k_scale = unit_scale(row, k_at);
    let q_scale = unit_scale(row, q_at) / sqrt(4.0 * f32({STATE_QUADS}));
    var read = vec4<f32>(0.0);
    for (var i = 0u; i < {STATE_QUADS}u; i++) {
      let decayed = state[i] * decay;
      state[i] = decayed;
      read = fma(decayed, input_quad(row, k_at + i) * k_scale, read);
    }
    let change = beta * (input_value(row, v_at) - quad_sum(read));
    var output = vec4<f32>(0.0);
    for (var i = 0u; i < {STATE_QUADS}u; i++) {
      let changed = fma(input_quad(row, k_at + i) * k_scale, vec4<f32>(change), state[i]);
      state[i] = changed;
      output = fma(changed, input_quad(row, q_at + i) * q_scale, output);
    }
    if (position >= run.first) {
      dst[(first_row + position - run.first) * DST_STRIDE + head * VALUES + column] = quad_sum(output);
    }
  }
  store_state(run, end, cell, VALUES);
}
