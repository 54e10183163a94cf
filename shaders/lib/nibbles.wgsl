const LOW_NIBBLES = vec4<u32>(0u, 8u, 16u, 24u);
const HIGH_NIBBLES = vec4<u32>(4u, 12u, 20u, 28u);

// The low or the high halves of a word's four bytes.
fn nibbles(word: u32, shifts: vec4<u32>) -> vec4<u32> {
  return (vec4<u32>(word) >> shifts) & vec4<u32>(15u);
}

// Bits 4i..4i+3 of a word of fifth bits, each as 0 or 16.
fn fifth_bits(word: u32, i: u32) -> vec4<u32> {
  return ((vec4<u32>(word >> (4u * i)) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)) << vec4<u32>(4u);
}
