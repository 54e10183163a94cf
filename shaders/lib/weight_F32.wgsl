struct Block { first: u32 }
fn load_block(b: u32) -> Block { return Block(8u * b); }
fn low_quad(block: Block, i: u32) -> vec4<f32> { return bitcast<vec4<f32>>(quants[block.first + i]); }
fn high_quad(block: Block, i: u32) -> vec4<f32> { return bitcast<vec4<f32>>(quants[block.first + 4u + i]); }
fn scale_of_block(block: Block) -> f32 { return 1.0; }
