// Weight matrix in the layout of src/quant/repack.ts: rows of blocks of 32 values. lib/weight_<TYPE>.wgsl declares
//   struct Block, the unpacked form of a block,
//   load_block(b): block b of the matrix,
//   low_quad(block, i), high_quad(block, i): values 4i..4i+3 and 16+4i..16+4i+3 of it as f32, for i in 0..4, to be
//   multiplied by scale_of_block(block): once per block of a sum and not once per value.
// Half precision is read with unpack2x16float, which does not need shader-f16.
@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;

// Index of a row's first block, and distance of its blocks. BLOCKS, which the including shader declares, is their number.
const BLOCK_STRIDE = 1u;
fn first_of_row(row: u32) -> u32 { return row * BLOCKS; }

#include "lib/weight_{WEIGHT}.wgsl"
