// Weight matrix in the layout of src/quant/repack.ts: rows of blocks of 32 values. lib/weight_<TYPE>.wgsl declares
//   struct Block, the unpacked form of a block,
//   load_block(b): block b of the matrix,
//   low_quad(block, i), high_quad(block, i): values 4i..4i+3 and 16+4i..16+4i+3 of it as f32, for i in 0..4, to be
//   multiplied by scale_of_block(block): once per block of a sum and not once per value.
// Half precision is read with unpack2x16float, which does not need shader-f16.
@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;

// Rows come in groups of 32 (src/quant/interleave.ts). BLOCKS, which the including shader declares, is the number of blocks of a
// row. A block's index has its row within the group in the lowest five bits, so whatever 32 neighbouring rows load together lies
// side by side.
const BLOCK_STRIDE = 32u;
// Index of a row's first block; the row's other blocks follow at distances of BLOCK_STRIDE.
fn first_of_row(row: u32) -> u32 { return (row >> 5u) * BLOCKS * 32u + (row & 31u); }
// Row where a group of n weight rows begins, in a matrix of several: gates and ups, experts.
fn start_of_group(group: u32, n: u32) -> u32 { return group * ((n + 31u) & ~31u); }

// Vector number i, of `all` that each block has.
fn quants_of(b: u32, i: u32, all: u32) -> vec4<u32> { return quants[((b >> 5u) * all + i) * 32u + (b & 31u)]; }
// Word number i of the scales, of `all` that each block has.
fn scales_of(b: u32, i: u32, all: u32) -> u32 { return scales[((b >> 5u) * all + i) * 32u + (b & 31u)]; }
// Word number i of the scales, of `all` that each super-block of eight blocks has, and the block's number in its super-block.
fn super_scales_of(b: u32, i: u32, all: u32) -> u32 { return scales[((b >> 8u) * all + i) * 32u + (b & 31u)]; }
fn in_super_block(b: u32) -> u32 { return (b >> 5u) & 7u; }

#include "lib/weight_{WEIGHT}.wgsl"
