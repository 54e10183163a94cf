#include "lib/byte_block.wgsl"
#include "lib/sub_scales.wgsl"
const QUANT_MASK = 31u;
fn load_block(b: u32) -> Block {
  let head = (b >> 3u) * 13u;
  // d · scale and dmin · minimum, both exact.
  let dm = unpack2x16float(scales[head]) * numbers_of(sub_scales(head + 1u, b));
  let w = quants[b];
  let last = scales[head + 5u + (b & 7u)];
  let fifth = ((w.x >> 5u) & 0x07070707u) | ((w.y >> 2u) & 0x18181818u);
  let sixth = ((w.z >> 5u) & 0x07070707u) | ((w.w >> 2u) & 0x18181818u);
  let seventh = ((last >> 5u) & 0x07070707u) | ((w.y >> 4u) & 0x08080808u) | ((w.w >> 3u) & 0x10101010u);
  return byte_block(w, vec4<u32>(last, fifth, sixth, seventh), dm.xx, -dm.yy);
}
