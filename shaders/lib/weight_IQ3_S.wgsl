#include "lib/byte_numbers.wgsl"
#include "lib/coded_block.wgsl"
const UNIT = 2.0;
fn coded_values(word: u32) -> vec4<f32> { return fma(byte_numbers(word, 15u), BYTE_UNITS, vec4<f32>(-7.5)); }
