// floor(c0 + c1 q + c2 q^2 + c3 q^3) of the numbers q in the low halves of a word's bytes.
#include "lib/byte_numbers.wgsl"
fn cubic_codes(word: u32, c0: f32, c1: f32, c2: f32, c3: f32) -> vec4<f32> {
  const squares = BYTE_UNITS * BYTE_UNITS;
  const cubes = squares * BYTE_UNITS;
  let q = byte_numbers(word, 15u);
  return floor(fma(fma(fma(c3 * cubes, q, c2 * squares), q, c1 * BYTE_UNITS), q, vec4<f32>(c0)));
}
