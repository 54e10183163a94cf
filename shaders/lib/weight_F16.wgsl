struct Block { first: u32 }
fn load_block(b: u32) -> Block { return Block(4u * b); }
fn half_quad(index: u32, i: u32) -> vec4<f32> {
  let eight = quants[index];
  let four = select(eight.xy, eight.zw, (i & 1u) == 1u);
  return vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
}
fn low_quad(block: Block, i: u32) -> vec4<f32> { return half_quad(block.first + (i >> 1u), i); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return half_quad(block.first + 2u + (i >> 1u), i); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
