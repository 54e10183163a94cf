#include "lib/bit_fields.wgsl"
#include "lib/half_scale.wgsl"
#include "lib/iq4_values.wgsl"
struct Block { packed: vec4<u32>, d: f32 }
fn load_block(b: u32) -> Block { return Block(quants[b] ^ TOP_BIT, scale_of(b)); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(low_nibbles(block.packed[i], -7.5)); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return iq4_values(high_nibbles(block.packed[i], -7.5)); }
fn scale_of_block(block: Block) -> f32 { return block.d; }
