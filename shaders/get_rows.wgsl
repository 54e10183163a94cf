// get_rows: dst[row] = the embedding of the row's token, dequantized to f32, with a deferred norm. One invocation writes one
// block of 32 values; workgroup.y = row. A token may refer to the result of an earlier greedy step that the CPU has not read yet.
// This matrix has the N tokens from FIRST_TOKEN on; rows with other tokens are left to the other parts of a vocabulary that is
// too large for one buffer. POSITIONS 1: adds the position's row of a table. PLAIN 1: without a norm.
#define WEIGHT F32
#define POSITIONS 0
#define PLAIN 0
#define CHOSEN_AT 6
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read_write> dst: array<vec4<f32>>;
#if !PLAIN
// As in lib/deferred_norm.wgsl.
@group(0) @binding(4) var<storage, read> norm_weight: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> next: array<vec4<f32>>;
#endif
// [draft step, output] = token
@group(0) @binding({CHOSEN_AT}) var<storage, read> chosen: array<u32>;

#if POSITIONS
// [position], with rows padded like those of dst
@group(0) @binding({CHOSEN_AT+1}) var<storage, read> positions: array<vec4<f32>>;
#endif

override WORKGROUP_SIZE: u32 = 8u;
override BLOCKS: u32 = 1u;
override FIRST_TOKEN: u32 = 0u;
override N: u32 = 1u;
// Factor of the embeddings.
override SCALE: f32 = 1.0;

// Stores four values of a row and returns the sum of their squares.
fn put(row: u32, quad: u32, embedding: vec4<f32>) -> f32 {
#if POSITIONS
  let x = embedding * SCALE + positions[position_of(row) * BLOCKS * 8u + quad];
#else
  let x = embedding * SCALE;
#endif
  dst[row * BLOCKS * 8u + quad] = x;
#if !PLAIN
  next[row * BLOCKS * 10u + quad] = x * norm_weight[quad];
#endif
  return add_dot(x, x, 0.0);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y;
  if (id.x >= BLOCKS || row >= n_rows()) { return; }
  var token = token_of(row);
  if (token >= CHOSEN) { token = chosen[token - CHOSEN]; }
  // Below FIRST_TOKEN this wraps around to far beyond N.
  let weight_row = token - FIRST_TOKEN;
  if (weight_row >= N) { return; }
  let block = load_block(first_of_row(weight_row) + id.x * BLOCK_STRIDE);
  let scale = scale_of_block(block);
  let at = id.x * 8u;
  var lows = vec4<f32>(0.0);
  var highs = vec4<f32>(0.0);
  for (var i = 0u; i < 4u + unknown_zero(); i++) {
    lows[i] = put(row, at + i, scale * low_quad(block, i));
    highs[i] = put(row, at + 4u + i, scale * high_quad(block, i));
  }
#if !PLAIN
  let sums = row * BLOCKS * 10u + BLOCKS * 8u + id.x * 2u;
  next[sums] = lows;
  next[sums + 1u] = highs;
#endif
}
