#include "lib/bit_fields.wgsl"
struct Block { packed: vec4<u32>, low_pairs: u32, high_pairs: u32, d_low: f32, d_high: f32 }
fn load_block(b: u32) -> Block {
  let head = scales[3u * b];
  let d = unpack2x16float(head).x;
  // ggml multiplies the super-block's scale by the 8-bit scale of 16 values first.
  let d_low = d * f32(extractBits(bitcast<i32>(head), 16u, 8u));
  let d_high = d * f32(extractBits(bitcast<i32>(head), 24u, 8u));
  return Block(quants[b] ^ TOP_BIT, scales[3u * b + 1u], scales[3u * b + 2u], d_low, d_high);
}
// Bit pairs 4i..4i+3 of a word, in place above four nibbles.
fn add_bit_pairs(word: u32, i: u32, numbers: vec4<f32>) -> vec4<f32> {
  return fields(word >> (8u * i), vec4<u32>(3u, 12u, 48u, 192u), vec4<f32>(16.0, 4.0, 1.0, 0.25), numbers);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_low * add_bit_pairs(block.low_pairs, i, low_nibbles(block.packed[i], -32.0));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_high * add_bit_pairs(block.high_pairs, i, high_nibbles(block.packed[i], -32.0));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
