#include "lib/nibbles.wgsl"
#include "lib/half_scale.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block { return Block(quants[b], scale_of(b)); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return low_nibbles(block.packed[i], -8.0); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return high_nibbles(block.packed[i], -8.0); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
