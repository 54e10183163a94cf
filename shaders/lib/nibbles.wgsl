// Low or high halves of a word's four bytes as numbers, plus `offset`, a whole number.
#include "lib/byte_numbers.wgsl"
#include "lib/bit_fields.wgsl"
#if UNPACK == convert
fn low_nibbles(word: u32, offset: f32) -> vec4<f32> {
  const mask = vec4<u32>(0xfu, 0xf00u, 0xf0000u, 0xf000000u);
  return fields(word, mask, vec4<f32>(0x1p0, 0x1p-8, 0x1p-16, 0x1p-24), vec4<f32>(offset));
}
// The topmost field is read in two's complement.
fn high_nibbles(word: u32, offset: f32) -> vec4<f32> {
  const mask = vec4<u32>(0xf0u, 0xf000u, 0xf00000u, 0xf0000000u);
  let offsets = vec4<f32>(offset, offset, offset, offset + 8.0);
  return fields(word ^ 0x80000000u, mask, vec4<f32>(0x1p-4, 0x1p-12, 0x1p-20, 0x1p-28), offsets);
}
#else
fn low_nibbles(word: u32, offset: f32) -> vec4<f32> { return byte_values(word, 15u, offset); }
fn high_nibbles(word: u32, offset: f32) -> vec4<f32> { return byte_values(word >> 4u, 15u, offset); }
#endif
