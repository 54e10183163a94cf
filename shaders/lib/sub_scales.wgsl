// The two bytes of block b among 16 bytes of its super-block, which are words 1 to 4 of its `all` words of scales.
fn sub_scales(b: u32, all: u32) -> vec2<u32> {
  let block = in_super_block(b);
  let four = super_scales_of(b, 1u + (block >> 1u), all);
  let two = select(four, four >> 16u, (block & 1u) == 1u);
  return vec2<u32>(two & 0xffu, (two >> 8u) & 0xffu);
}
fn numbers_of(two: vec2<u32>) -> vec2<f32> { return vec2<f32>(bitcast<vec2<i32>>(two)); }
