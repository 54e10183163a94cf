#include "lib/coded_block.wgsl"
const CODE_OFFSET = 4.5;
const UNIT = 0.25;
fn coded_values(x: vec4<f32>) -> vec4<f32> { return x; }
