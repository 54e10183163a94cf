#include "lib/nibbles.wgsl"
struct Block { packed: vec4<u32>, low_pairs: u32, high_pairs: u32, d_low: f32, d_high: f32 }
fn load_block(b: u32) -> Block {
  let head = scales[3u * b];
  let d = unpack2x16float(head).x;
  // ggml multiplies the super-block's scale by the 8-bit scale of 16 values first.
  let d_low = d * f32(extractBits(bitcast<i32>(head), 16u, 8u));
  let d_high = d * f32(extractBits(bitcast<i32>(head), 24u, 8u));
  return Block(quants[b], scales[3u * b + 1u], scales[3u * b + 2u], d_low, d_high);
}
// Bit pairs 4i..4i+3 of a word, in place above a nibble.
fn bit_pairs(word: u32, i: u32) -> vec4<u32> {
  return ((vec4<u32>(word >> (8u * i)) >> vec4<u32>(0u, 2u, 4u, 6u)) & vec4<u32>(3u)) << vec4<u32>(4u);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_low * (vec4<f32>(nibbles(block.packed[i], LOW_NIBBLES) | bit_pairs(block.low_pairs, i)) - 32.0);
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_high * (vec4<f32>(nibbles(block.packed[i], HIGH_NIBBLES) | bit_pairs(block.high_pairs, i)) - 32.0);
}
