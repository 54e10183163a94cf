// Four bit fields of a word as numbers: masked in place, converted, then multiplied down by a power of two, all of which is
// exact. Shifts would be the obvious way, but software adapters take one lane at a time through a shift of a vector.
// Conversion is from i32, a single instruction where that from u32 is many. So a field at the top of the word comes out in
// two's complement: with its highest bit flipped beforehand it is the number minus half its range.
fn fields(word: u32, mask: vec4<u32>, scale: vec4<f32>, offset: vec4<f32>) -> vec4<f32> {
  return fma(vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) & mask)), scale, offset);
}

// The low and the high halves of a word's four bytes, plus `offset`, where bit 31 of the word is flipped.
fn low_nibbles(word: u32, offset: f32) -> vec4<f32> {
  const mask = vec4<u32>(0xfu, 0xf00u, 0xf0000u, 0xf000000u);
  return fields(word, mask, vec4<f32>(0x1p0, 0x1p-8, 0x1p-16, 0x1p-24), vec4<f32>(offset));
}
fn high_nibbles(word: u32, offset: f32) -> vec4<f32> {
  const mask = vec4<u32>(0xf0u, 0xf000u, 0xf00000u, 0xf0000000u);
  let offsets = vec4<f32>(offset, offset, offset, offset + 8.0);
  return fields(word, mask, vec4<f32>(0x1p-4, 0x1p-12, 0x1p-20, 0x1p-28), offsets);
}
const TOP_BIT = vec4<u32>(0x80000000u);
