#include "lib/nibbles.wgsl"
struct Block { packed: vec4<u32>, fifths: u32, d: f32 }
fn load_block(b: u32) -> Block {
  return Block(quants[b], scales[2u * b + 1u], unpack2x16float(scales[2u * b]).x);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * (vec4<f32>(nibbles(block.packed[i], LOW_NIBBLES) | fifth_bits(block.fifths, i)) - 16.0);
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * (vec4<f32>(nibbles(block.packed[i], HIGH_NIBBLES) | fifth_bits(block.fifths >> 16u, i)) - 16.0);
}
