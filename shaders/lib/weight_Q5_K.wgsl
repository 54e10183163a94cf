#include "lib/bit_fields.wgsl"
#include "lib/fifth_bits.wgsl"
#include "lib/six_bit_pairs.wgsl"
struct Block { packed: vec4<u32>, fifths: u32, d: f32, m: f32 }
fn load_block(b: u32) -> Block {
  let head = (b >> 3u) * 12u;
  let dm = scale_and_min(head, b);
  return Block(quants[b] ^ TOP_BIT, scales[head + 4u + (b & 7u)], dm.x, -dm.y);
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
