// Adds bits 4i..4i+3 of a word of fifth bits, each as 0 or 16, to four numbers.
fn add_fifth_bits(word: u32, i: u32, numbers: vec4<f32>) -> vec4<f32> {
  return fields(word >> (4u * i), vec4<u32>(1u, 2u, 4u, 8u), vec4<f32>(16.0, 8.0, 4.0, 2.0), numbers);
}
