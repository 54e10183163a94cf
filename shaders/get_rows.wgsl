// get_rows: dst[row] = the embedding of the row's token, dequantized to f32, and its norm deferred.
// One invocation writes one block of 32 values; workgroup.y = row.
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
@group(0) @binding(3) var<storage, read_write> dst: array<vec4<f32>>;
// As in lib/deferred_norm.wgsl.
@group(0) @binding(4) var<storage, read> norm_weight: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> next: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 8u;
override BLOCKS: u32 = 1u;

// Gives the sums of squares of two values each.
fn put(row: u32, quad: u32, x: vec4<f32>) -> vec2<f32> {
  dst[row * BLOCKS * 8u + quad] = x;
  next[row * BLOCKS * 12u + quad] = x * norm_weight[quad];
  return fma(x.yw, x.yw, x.xz * x.xz);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y;
  if (id.x >= BLOCKS || row >= n_rows()) { return; }
  let block = load_block(token_of(row) * BLOCKS + id.x);
  let scale = scale_of_block(block);
  let sums = row * BLOCKS * 12u + BLOCKS * 8u + id.x * 4u;
  let at = id.x * 8u;
  for (var i = 0u; i < 4u; i += 2u) {
    let low = put(row, at + i, scale * low_quad(block, i));
    next[sums + i / 2u] = vec4<f32>(low, put(row, at + i + 1u, scale * low_quad(block, i + 1u)));
    let high = put(row, at + 4u + i, scale * high_quad(block, i));
    next[sums + 2u + i / 2u] = vec4<f32>(high, put(row, at + 5u + i, scale * high_quad(block, i + 1u)));
  }
}
