// A block whose quants are in bytes: those of words `low` are the values 4i..4i+3, of `high` 16+4i..16+4i+3, QUANT_MASK being their
// bits; what is above them is left of where load_block had some of the words from (src/quant/quads.ts). They are d times a quant plus
// m, both of each 16 values. Words come together in load_block: shifts by a constant are cheap, but by a loop's variable
// software adapters take them one lane at a time.
#include "lib/byte_numbers.wgsl"
struct Block { low: vec4<u32>, high: vec4<u32>, d_low: vec4<f32>, d_high: vec4<f32>, m: vec2<f32> }
fn byte_block(low: vec4<u32>, high: vec4<u32>, d: vec2<f32>, m: vec2<f32>) -> Block {
  return Block(low, high, d.x * BYTE_UNITS, d.y * BYTE_UNITS, m);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(byte_numbers(block.low[i], QUANT_MASK), block.d_low, vec4<f32>(block.m.x));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(byte_numbers(block.high[i], QUANT_MASK), block.d_high, vec4<f32>(block.m.y));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
