#include "lib/byte_numbers.wgsl"
#include "lib/sub_scales.wgsl"
struct Block { packed: vec4<u32>, d: vec4<f32>, m: vec4<f32> }
fn load_block(b: u32) -> Block {
  // d · scale and dmin · minimum, both exact.
  let dm = unpack2x16float(super_scales_of(b, 0u, 5u)) * numbers_of(sub_scales(b, 5u));
  return Block(quants[b], dm.x * BYTE_UNITS, vec4<f32>(-dm.y));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return fma(byte_numbers(block.packed[i], 15u), block.d, block.m); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return fma(byte_numbers(block.packed[i] >> 4u, 15u), block.d, block.m); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
