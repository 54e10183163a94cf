#include "lib/nibbles.wgsl"
struct Block { packed: vec4<u32>, fifths: u32, d: f32, m: f32 }
fn load_block(b: u32) -> Block {
  let dm = unpack2x16float(scales[2u * b]);
  return Block(quants[b], scales[2u * b + 1u], dm.x, dm.y);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * vec4<f32>(nibbles(block.packed[i], LOW_NIBBLES) | fifth_bits(block.fifths, i)) + block.m;
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d * vec4<f32>(nibbles(block.packed[i], HIGH_NIBBLES) | fifth_bits(block.fifths >> 16u, i)) + block.m;
}
