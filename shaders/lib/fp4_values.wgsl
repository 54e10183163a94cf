// Twice the floats of four bits whose codes (src/quant/fp4.ts) are in the low halves of a word's bytes: -12 -8 -6 -4 -3 -2 -1 0 1 2
// 3 4 6 8 12 of the codes 1 to 15. They are the integers nearest to a polynomial, which misses them by 0.424 at most.
#include "lib/cubic_codes.wgsl"
fn fp4_values(word: u32) -> vec4<f32> { return cubic_codes(word, -15.03846, 4.403846, -0.4615385, 0.01923077); }
