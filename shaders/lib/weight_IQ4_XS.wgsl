#include "lib/iq4_values.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block {
  let d_high = super_scales_of(b, 0u, 2u);
  let low = (super_scales_of(b, 1u, 2u) >> (4u * in_super_block(b))) & 15u;
  let high = (d_high >> (16u + 2u * in_super_block(b))) & 3u;
  let scale = i32(low | (high << 4u)) - 32;
  return Block(quants[b], unpack2x16float(d_high).x * f32(scale));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(block.packed[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(block.packed[i] >> 4u); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
