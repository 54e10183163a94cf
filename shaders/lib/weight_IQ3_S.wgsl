#include "lib/coded_block.wgsl"
const CODE_OFFSET = 7.5;
const UNIT = 2.0;
fn coded_values(x: vec4<f32>) -> vec4<f32> { return x; }
