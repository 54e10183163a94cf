// Vector i of a block has values 4i..4i+3 and 16+4i..16+4i+3 (src/quant/halfRows.ts).
struct Block { index: u32 }
fn load_block(b: u32) -> Block { return Block(b); }
// A bfloat16 is the upper half of an f32.
fn quad_of_bfloats(two: vec2<u32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(vec4<u32>(two.x << 16u, two.x & 0xffff0000u, two.y << 16u, two.y & 0xffff0000u));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return quad_of_bfloats(quants_of(block.index, i, 4u).xy); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return quad_of_bfloats(quants_of(block.index, i, 4u).zw); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
