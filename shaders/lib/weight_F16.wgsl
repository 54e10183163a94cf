struct Block { index: u32 }
fn load_block(b: u32) -> Block { return Block(b); }
// Values 4i..4i+3 of a block.
fn half_quad(block: Block, i: u32) -> vec4<f32> {
  let eight = quants_of(block.index, i >> 1u, 4u);
  let four = select(eight.xy, eight.zw, (i & 1u) == 1u);
  return vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return half_quad(block, i); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return half_quad(block, 4u + i); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
