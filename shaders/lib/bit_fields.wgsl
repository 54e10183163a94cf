// Converts four bit fields of a word to numbers: mask in place, convert, then multiply by a negative power of two. All steps are
// exact. Shifts would be the obvious way, but software adapters process a vector shift one lane at a time. Conversion is from
// i32, which is a single instruction; from u32 it takes many. So a field at the top of the word is read in two's complement: flip
// its highest bit beforehand, and the result is the number minus half its range.
fn fields(word: u32, mask: vec4<u32>, scale: vec4<f32>, offset: vec4<f32>) -> vec4<f32> {
  return fma(vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) & mask)), scale, offset);
}

// Low and high halves of a word's four bytes, plus `offset`; bit 31 of the word must be flipped.
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
