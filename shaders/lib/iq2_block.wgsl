#include "lib/coded_block.wgsl"
#include "lib/cubic_codes.wgsl"
const UNIT = 0.125;
// ±(8 25 43), for the codes 5 to 10: the integers nearest to a polynomial, whose error is at most 0.13.
fn coded_values(word: u32) -> vec4<f32> { return cubic_codes(word, -191.375, 44.33333, -3.75, 0.1666667); }
