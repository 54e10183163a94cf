struct Block { index: u32 }
fn load_block(b: u32) -> Block { return Block(b); }
// A bfloat16 is the upper half of an f32.
// Values 4i..4i+3 of a block.
fn bf16_quad(block: Block, i: u32) -> vec4<f32> {
  let eight = quants_of(block.index, i >> 1u, 4u);
  let four = select(eight.xy, eight.zw, (i & 1u) == 1u);
  return bitcast<vec4<f32>>(vec4<u32>(four.x << 16u, four.x & 0xffff0000u, four.y << 16u, four.y & 0xffff0000u));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return bf16_quad(block, i); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return bf16_quad(block, 4u + i); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
