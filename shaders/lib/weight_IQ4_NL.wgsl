#include "lib/half_scale.wgsl"
#include "lib/iq4_values.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block { return Block(quants[b], scale_of(b)); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(block.packed[i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(block.packed[i] >> 4u); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
