#include "lib/byte_block.wgsl"
#include "lib/sub_scales.wgsl"
const QUANT_MASK = 31u;
fn load_block(b: u32) -> Block {
  // d · scale and dmin · minimum, both exact.
  let dm = unpack2x16float(super_scales_of(b, 0u, 13u)) * numbers_of(sub_scales(b, 13u));
  let w = quants[b];
  let last = super_scales_of(b, 5u + in_super_block(b), 13u);
  let fifth = ((w.x >> 5u) & 0x07070707u) | ((w.y >> 2u) & 0x18181818u);
  let sixth = ((w.z >> 5u) & 0x07070707u) | ((w.w >> 2u) & 0x18181818u);
  let seventh = ((last >> 5u) & 0x07070707u) | ((w.y >> 4u) & 0x08080808u) | ((w.w >> 3u) & 0x10101010u);
  return byte_block(w, vec4<u32>(last, fifth, sixth, seventh), dm.xx, -dm.yy);
}
