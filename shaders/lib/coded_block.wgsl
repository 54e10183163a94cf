// Block of the codes of src/quant/codes.ts. A value is d times a factor for each 16 values times coded_values(word), which the
// including shader computes from the codes in the low halves of a word's bytes, in units of UNIT.
#include "lib/sub_scales.wgsl"
struct Block { packed: vec4<u32>, d: vec2<f32> }
fn load_block(b: u32) -> Block {
  let factors = numbers_of(sub_scales(b, 5u));
  return Block(quants[b], unpack2x16float(super_scales_of(b, 0u, 5u)).x * UNIT * factors);
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return block.d.x * coded_values(block.packed[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return block.d.y * coded_values(block.packed[i] >> 4u); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
