#include "lib/fp4_values.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block {
  // 2^(e - 128). The smallest two would be subnormal; here they are zero.
  let e = (scales[b >> 2u] >> (8u * (b & 3u))) & 0xffu;
  return Block(quants[b], bitcast<f32>((max(e, 1u) - 1u) << 23u));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return fp4_values(block.packed[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return fp4_values(block.packed[i] >> 4u); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
