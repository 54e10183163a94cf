#include "lib/byte_numbers.wgsl"
#include "lib/half_scale.wgsl"
struct Block { low: vec4<u32>, high: vec4<u32>, d: f32 }
#if UNPACK == convert
#include "lib/bit_fields.wgsl"
// Flipping the highest bit of a byte turns it into the number plus 128; the topmost byte is correct in two's complement.
const SIGNS = vec4<u32>(0x00808080u);
fn signed_bytes(word: u32) -> vec4<f32> {
  const mask = vec4<u32>(0xffu, 0xff00u, 0xff0000u, 0xff000000u);
  const offset = vec4<f32>(-128.0, -128.0, -128.0, 0.0);
  return fields(word, mask, vec4<f32>(0x1p0, 0x1p-8, 0x1p-16, 0x1p-24), offset);
}
#else
const SIGNS = vec4<u32>(0x80808080u);
fn signed_bytes(word: u32) -> vec4<f32> { return byte_values(word, 255u, -128.0); }
#endif
fn load_block(b: u32) -> Block {
  return Block(quants_of(b, 0u, 2u) ^ SIGNS, quants_of(b, 1u, 2u) ^ SIGNS, scale_of(b));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return signed_bytes(block.low[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return signed_bytes(block.high[i]); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
