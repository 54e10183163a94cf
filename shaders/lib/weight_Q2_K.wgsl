#include "lib/bit_fields.wgsl"
#include "lib/bit_pairs.wgsl"
struct Block { pairs: vec2<u32>, d: vec2<f32>, m: vec2<f32> }
fn load_block(b: u32) -> Block {
  let head = (b >> 3u) * 5u;
  let dm = unpack2x16float(scales[head]);
  // A byte for each 16 values: their scale, and their minimum above it.
  let bytes = scales[head + 1u + ((b & 7u) >> 1u)] >> (16u * (b & 1u));
  let scale = vec2<i32>(vec2<u32>(bytes & 15u, (bytes >> 8u) & 15u));
  let min = vec2<i32>(vec2<u32>((bytes >> 4u) & 15u, (bytes >> 12u) & 15u));
  return Block(pairs_of(b), dm.x * vec2<f32>(scale), -dm.y * vec2<f32>(min));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(vec4<f32>(block.d.x), bit_pairs(block.pairs.x, i, 0.0), vec4<f32>(block.m.x));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return fma(vec4<f32>(block.d.y), bit_pairs(block.pairs.y, i, 0.0), vec4<f32>(block.m.y));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
