// get_rows: dst[row] = the embedding of the row's token, dequantized to f32.
// One invocation writes one block of 32 values; workgroup.y = row.
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
@group(0) @binding(3) var<storage, read_write> dst: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 8u;
override BLOCKS: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y;
  if (id.x >= BLOCKS || row >= n_rows()) { return; }
  let block = load_block(token_of(row) * BLOCKS + id.x);
  let at = (row * BLOCKS + id.x) * 8u;
  for (var i = 0u; i < 4u; i++) {
    dst[at + i] = low_quad(block, i);
    dst[at + 4u + i] = high_quad(block, i);
  }
}
