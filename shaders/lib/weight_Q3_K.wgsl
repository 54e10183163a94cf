#include "lib/bit_fields.wgsl"
#include "lib/bit_pairs.wgsl"
struct Block { pairs: vec2<u32>, thirds: u32, d: vec2<f32> }
fn load_block(b: u32) -> Block {
  let head = (b >> 3u) * 13u;
  let bytes = scales[head + 1u + ((b & 7u) >> 1u)] >> (16u * (b & 1u));
  let scale = vec2<i32>(vec2<u32>(bytes & 63u, (bytes >> 8u) & 63u)) - 32;
  let d = unpack2x16float(scales[head]).x * vec2<f32>(scale);
  return Block(pairs_of(b), scales[head + 5u + (b & 7u)], d);
}
// Bits 4i..4i+3 of a word of third bits, each as 0 or 4, plus four numbers.
fn add_third_bits(word: u32, i: u32, numbers: vec4<f32>) -> vec4<f32> {
  return fields(word >> (4u * i), vec4<u32>(1u, 2u, 4u, 8u), vec4<f32>(4.0, 2.0, 1.0, 0.5), numbers);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d.x * add_third_bits(block.thirds, i, bit_pairs(block.pairs.x, i, -4.0));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d.y * add_third_bits(block.thirds >> 16u, i, bit_pairs(block.pairs.y, i, -4.0));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
