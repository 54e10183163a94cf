// The sixteen values of IQ4_NL and IQ4_XS: -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113, for the codes in the low
// halves of a word's bytes. They are the integers nearest to a polynomial, whose error is at most 0.433; a table would be read
// one lane at a time. (`round` would be the obvious way, but is slow on software adapters: it has to round halves to even.)
#include "lib/byte_numbers.wgsl"
const IQ4_C1 = 24.17383 * BYTE_UNITS;
const IQ4_C2 = -1.371927 * BYTE_UNITS * BYTE_UNITS;
const IQ4_C3 = 0.03108644 * BYTE_UNITS * BYTE_UNITS * BYTE_UNITS;
const IQ4_C4 = 0.001586043 * BYTE_UNITS * BYTE_UNITS * BYTE_UNITS * BYTE_UNITS;
fn iq4_values(word: u32) -> vec4<f32> {
  let q = byte_numbers(word, 15u);
  return floor(fma(fma(fma(fma(IQ4_C4, q, IQ4_C3), q, IQ4_C2), q, IQ4_C1), q, vec4<f32>(-126.067)));
}
