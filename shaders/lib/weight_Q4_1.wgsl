#include "lib/nibbles.wgsl"
struct Block { packed: vec4<u32>, d: f32, m: f32 }
fn load_block(b: u32) -> Block {
  let dm = unpack2x16float(scales_of(b, 0u, 1u));
  return Block(quants[b], dm.x, dm.y);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(vec4<f32>(block.d), low_nibbles(block.packed[i], 0.0), vec4<f32>(block.m));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(vec4<f32>(block.d), high_nibbles(block.packed[i], 0.0), vec4<f32>(block.m));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
