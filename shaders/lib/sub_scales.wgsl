// The two bytes of block b among 16 bytes of a super-block, from word `at` of the scales on.
fn sub_scales(at: u32, b: u32) -> vec2<u32> {
  let four = scales[at + ((b & 7u) >> 1u)];
  let two = select(four, four >> 16u, (b & 1u) == 1u);
  return vec2<u32>(two & 0xffu, (two >> 8u) & 0xffu);
}
fn numbers_of(two: vec2<u32>) -> vec2<f32> { return vec2<f32>(bitcast<vec2<i32>>(two)); }
