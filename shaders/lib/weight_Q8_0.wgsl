#include "lib/half_scale.wgsl"
struct Block { low: vec4<u32>, high: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block { return Block(quants[2u * b], quants[2u * b + 1u], scale_of(b)); }
fn signed_bytes(word: u32) -> vec4<f32> {
  return vec4<f32>((vec4<i32>(bitcast<i32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return block.d * signed_bytes(block.low[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return block.d * signed_bytes(block.high[i]); }
