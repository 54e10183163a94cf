// Converts four bit fields of a word to numbers: mask in place, convert, then multiply by a negative power of two. All steps are
// exact. Shifts would be the obvious way, but software adapters process a vector shift one lane at a time. Conversion is from
// i32, which is a single instruction; from u32 it takes many. So a field at the top of the word is read in two's complement: flip
// its highest bit beforehand, and the result is the number minus half its range.
fn fields(word: u32, mask: vec4<u32>, scale: vec4<f32>, offset: vec4<f32>) -> vec4<f32> {
  return fma(vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) & mask)), scale, offset);
}
