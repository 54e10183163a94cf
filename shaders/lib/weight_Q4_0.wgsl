#include "lib/nibbles.wgsl"
#include "lib/half_scale.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block { return Block(quants[b], scale_of(b)); }
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * (vec4<f32>(nibbles(block.packed[i], LOW_NIBBLES)) - 8.0);
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * (vec4<f32>(nibbles(block.packed[i], HIGH_NIBBLES)) - 8.0);
}
