// A weight matrix as src/quant/repack.ts lays it out: rows of blocks of 32 values.
// lib/block_<type>.wgsl expects `b`, the index of a block, and declares its values as w0..w7.
@group(0) @binding(1) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;

const LOW_NIBBLES = vec4<u32>(0u, 8u, 16u, 24u);
const HIGH_NIBBLES = vec4<u32>(4u, 12u, 20u, 28u);

// Four nibbles of a word: of its bytes' low or high halves, by `shifts`.
fn nibbles(word: u32, shifts: vec4<u32>) -> vec4<u32> {
  return (vec4<u32>(word) >> shifts) & vec4<u32>(15u);
}

// Bits i..i+3 of a word of fifth bits, each as 0 or 16.
fn fifth_bits(word: u32, i: u32) -> vec4<u32> {
  return ((vec4<u32>(word >> i) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)) << vec4<u32>(4u);
}

// The two high bits of values i..i+3 of a Q6_K half-block, in place above a nibble.
fn high_pairs(word: u32, i: u32) -> vec4<u32> {
  return ((vec4<u32>(word >> (2u * i)) >> vec4<u32>(0u, 2u, 4u, 6u)) & vec4<u32>(3u)) << vec4<u32>(4u);
}

fn signed_bytes(word: u32) -> vec4<i32> {
  return (vec4<i32>(bitcast<i32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
}

// A bfloat16 is the upper half of an f32.
fn bf16_pair(word: u32) -> vec2<f32> {
  return vec2<f32>(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u));
}

// Half precision is read with unpack2x16float, which needs no shader-f16.
fn half_at(index: u32) -> f32 {
  let pair = unpack2x16float(scales[index >> 1u]);
  return select(pair.x, pair.y, (index & 1u) == 1u);
}
