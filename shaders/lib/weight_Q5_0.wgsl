#include "lib/nibbles.wgsl"
#include "lib/fifth_bits.wgsl"
struct Block { packed: vec4<u32>, fifths: u32, d: f32 }
fn load_block(b: u32) -> Block {
  return Block(quants[b], scales_of(b, 1u, 2u), unpack2x16float(scales_of(b, 0u, 2u)).x);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return add_fifth_bits(block.fifths, i, low_nibbles(block.packed[i], -16.0));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return add_fifth_bits(block.fifths >> 16u, i, high_nibbles(block.packed[i], -16.0));
}
fn scale_of_block(block: Block) -> f32 { return block.d; }
