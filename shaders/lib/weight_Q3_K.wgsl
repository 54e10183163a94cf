#include "lib/byte_block.wgsl"
#include "lib/sub_scales.wgsl"
#include "lib/two_words.wgsl"
const QUANT_MASK = 7u;
fn load_block(b: u32) -> Block {
  let d = unpack2x16float(super_scales_of(b, 0u, 13u)).x * (numbers_of(sub_scales(b, 13u)) - 32.0);
  let w = vec3<u32>(two_words(b), super_scales_of(b, 5u + in_super_block(b), 13u));
  let sixth = ((w.x >> 6u) & 0x03030303u) | ((w.y >> 4u) & 0x04040404u);
  let seventh = ((w.z >> 6u) & 0x03030303u) | ((w.y >> 5u) & 0x04040404u);
  // All products with the quants are exact.
  return byte_block(vec4<u32>(w, w.x >> 3u), vec4<u32>(w.yz >> vec2<u32>(3u), sixth, seventh), d, d * -4.0);
}
