#include "lib/bit_fields.wgsl"
#include "lib/fp4_values.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block {
  // 2^(e - 128). The smallest two are no normal numbers; here they are zero.
  let e = extractBits(scales[b >> 2u], 8u * (b & 3u), 8u);
  return Block(quants[b] ^ TOP_BIT, bitcast<f32>((max(e, 1u) - 1u) << 23u));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return fp4_values(low_nibbles(block.packed[i], -8.0)); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return fp4_values(high_nibbles(block.packed[i], -8.0)); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
