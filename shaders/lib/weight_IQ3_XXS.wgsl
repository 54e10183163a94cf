#include "lib/coded_block.wgsl"
#include "lib/cubic_codes.wgsl"
const UNIT = 0.5;
// ±(2 6 10 14 18 22 26 31): the integers nearest to a polynomial, whose error is at most 0.28.
fn coded_values(word: u32) -> vec4<f32> { return cubic_codes(word, -30.22916, 4.54365, -0.08928563, 0.00396825); }
