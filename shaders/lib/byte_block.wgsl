// Block whose quants are bytes: words `low` hold values 4i..4i+3, words `high` values 16+4i..16+4i+3. QUANT_MASK selects the bits
// of a quant; the bits above it are leftovers of the words that load_block took apart (src/quant/quads.ts). A value is d times
// its quant plus m, with one d and m per 16 values. load_block assembles the words, because shifts by a constant are cheap, while
// software adapters process shifts by a loop's variable one lane at a time.
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
