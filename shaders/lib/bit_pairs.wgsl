// Bit pairs 4i..4i+3 of a word of 16, plus `offset`.
fn bit_pairs(word: u32, i: u32, offset: f32) -> vec4<f32> {
  const mask = vec4<u32>(3u, 12u, 48u, 192u);
  return fields(word >> (8u * i), mask, vec4<f32>(1.0, 0.25, 0.0625, 0.015625), vec4<f32>(offset));
}
// A block of them, two words.
fn pairs_of(b: u32) -> vec2<u32> {
  let two = quants[b >> 1u];
  return select(two.xy, two.zw, (b & 1u) == 1u);
}
