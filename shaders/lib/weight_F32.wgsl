struct Block { index: u32 }
fn load_block(b: u32) -> Block { return Block(b); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return bitcast<vec4<f32>>(quants_of(block.index, i, 8u)); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return bitcast<vec4<f32>>(quants_of(block.index, 4u + i, 8u)); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
