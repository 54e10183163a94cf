#include "lib/fp4_values.wgsl"
struct Block { packed: vec4<u32>, d: vec2<f32> }
fn load_block(b: u32) -> Block {
  let pair = scales[b >> 1u] >> (16u * (b & 1u));
  // Four bits of exponent and three of mantissa are those of a half, except for a factor of 2^8; ggml uses half of the result.
  let d = unpack2x16float(((pair & 0x7fu) << 7u) | ((pair & 0x7f00u) << 15u)) * 128.0;
  return Block(quants[b], d);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return block.d.x * fp4_values(block.packed[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return block.d.y * fp4_values(block.packed[i] >> 4u); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
