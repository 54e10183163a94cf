// Vector i of a block has values 4i..4i+3 and 16+4i..16+4i+3 (src/quant/halfRows.ts).
struct Block { index: u32 }
fn load_block(b: u32) -> Block { return Block(b); }
fn quad_of_halves(two: vec2<u32>) -> vec4<f32> { return vec4<f32>(unpack2x16float(two.x), unpack2x16float(two.y)); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return quad_of_halves(quants_of(block.index, i, 4u).xy); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return quad_of_halves(quants_of(block.index, i, 4u).zw); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
