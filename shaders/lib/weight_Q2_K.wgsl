#include "lib/byte_block.wgsl"
#include "lib/sub_scales.wgsl"
#include "lib/two_words.wgsl"
const QUANT_MASK = 3u;
fn load_block(b: u32) -> Block {
  let dm = unpack2x16float(super_scales_of(b, 0u, 5u));
  // Low bits: scale; high bits: minimum.
  let two = sub_scales(b, 5u);
  let d = dm.x * numbers_of(two & vec2<u32>(15u));
  let m = -dm.y * numbers_of(two >> vec2<u32>(4u));
  let w = two_words(b);
  return byte_block(vec4<u32>(w.x, w.x >> 2u, w.x >> 4u, w.x >> 6u), vec4<u32>(w.y, w.y >> 2u, w.y >> 4u, w.y >> 6u), d, m);
}
