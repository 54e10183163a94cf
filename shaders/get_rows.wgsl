// get_rows: dst[row] = the embedding of the row's token, dequantized to f32.
// One invocation writes one block of 32 values; workgroup.y = row. A token may be known to the GPU alone: the one that a
// greedy step chose, which is where the next one can begin before anybody has read it.
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
// [draft step, output] = token
@group(0) @binding(3) var<storage, read> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 8u;
override BLOCKS: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y;
  if (id.x >= BLOCKS || row >= n_rows()) { return; }
  var token = token_of(row);
  if (token >= CHOSEN) { token = chosen[token - CHOSEN]; }
  let block = load_block(token * BLOCKS + id.x);
  let at = (row * BLOCKS + id.x) * 8u;
  for (var i = 0u; i < 4u; i++) {
    dst[at + i] = low_quad(block, i);
    dst[at + 4u + i] = high_quad(block, i);
  }
}
