// Reads one f16 scale per block, two rows to a word.
fn scale_of(b: u32) -> f32 {
  let pair = unpack2x16float(scales[b >> 1u]);
  return select(pair.x, pair.y, (b & 1u) == 1u);
}
