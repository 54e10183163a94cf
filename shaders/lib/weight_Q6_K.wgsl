#include "lib/byte_block.wgsl"
const QUANT_MASK = 63u;
fn load_block(b: u32) -> Block {
  let head = scales_of(b, 0u, 3u);
  // As in ggml, d is multiplied by the 8-bit scale of 16 values first. Its products with the quants are exact, too.
  let two = vec2<i32>(bitcast<i32>(head << 8u) >> 24u, bitcast<i32>(head) >> 24u);
  let d = unpack2x16float(head).x * vec2<f32>(two);
  let w = quants[b];
  let last = vec2<u32>(scales_of(b, 1u, 3u), scales_of(b, 2u, 3u));
  let high = vec4<u32>(last, upper_bits(w.x, w.y, w.z), upper_bits(w.w, last.x, last.y));
  return byte_block(w, high, d, d * -32.0);
}
// Quad of quants from the bits that three words have above their own quants.
fn upper_bits(a: u32, b: u32, c: u32) -> u32 {
  return ((a >> 6u) & 0x03030303u) | ((b >> 4u) & 0x0c0c0c0cu) | ((c >> 2u) & 0x30303030u);
}
