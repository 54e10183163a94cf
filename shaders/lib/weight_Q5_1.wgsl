#include "lib/nibbles.wgsl"
#include "lib/fifth_bits.wgsl"
struct Block { packed: vec4<u32>, fifths: u32, d: f32, m: f32 }
fn load_block(b: u32) -> Block {
  let dm = unpack2x16float(scales_of(b, 0u, 2u));
  return Block(quants[b], scales_of(b, 1u, 2u), dm.x, dm.y);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  let q = add_fifth_bits(block.fifths, i, low_nibbles(block.packed[i], 0.0));
  return fma(vec4<f32>(block.d), q, vec4<f32>(block.m));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  let q = add_fifth_bits(block.fifths >> 16u, i, high_nibbles(block.packed[i], 0.0));
  return fma(vec4<f32>(block.d), q, vec4<f32>(block.m));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
