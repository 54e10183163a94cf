// Twice the 4-bit floats whose codes (src/quant/fp4.ts) are in the low halves of a word's bytes: codes 1 to 15 mean -12 -8 -6 -4
// -3 -2 -1 0 1 2 3 4 6 8 12. These are the integers nearest to a polynomial, whose error is at most 0.424.
#include "lib/cubic_codes.wgsl"
fn fp4_values(word: u32) -> vec4<f32> { return cubic_codes(word, -15.03846, 4.403846, -0.4615385, 0.01923077); }
