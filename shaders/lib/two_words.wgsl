// Words of a block that has two: two rows share a vector.
fn two_words(b: u32) -> vec2<u32> {
  let at = 2u * (b & 1u);
  return vec2<u32>(quants[b >> 1u][at], quants[b >> 1u][at + 1u]);
}
