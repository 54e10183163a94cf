// The codes of src/quant/codes.ts: d times a factor for each 16 values times what the including shader makes of codes in
// coded_values(x), x being a code less CODE_OFFSET, in units of UNIT.
#include "lib/bit_fields.wgsl"
struct Block { packed: vec4<u32>, d_low: f32, d_high: f32 }
fn load_block(b: u32) -> Block {
  let head = (b >> 3u) * 5u;
  let d = unpack2x16float(scales[head]).x * UNIT;
  let factors = scales[head + 1u + ((b & 7u) >> 1u)] >> (16u * (b & 1u));
  return Block(quants[b] ^ TOP_BIT, d * f32(i32(factors & 0xffu)), d * f32(i32((factors >> 8u) & 0xffu)));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_low * coded_values(low_nibbles(block.packed[i], -CODE_OFFSET));
}
fn high_quad(block: Block, i: u32) -> vec4<f32> {
  return block.d_high * coded_values(high_nibbles(block.packed[i], -CODE_OFFSET));
}
fn scale_of_block(block: Block) -> f32 { return 1.0; }
