// d times the scale and dmin times the minimum of block b, both exact. Its super-block begins at word `head` of the scales as in
// the file: d and dmin; then the eight scales and minima of six bits each, the high two of the last four elsewhere.
fn scale_and_min(head: u32, b: u32) -> vec2<f32> {
  let shift = 8u * (b & 3u);
  let first = scales[head + 1u] >> shift;
  let second = scales[head + 2u] >> shift;
  let third = scales[head + 3u] >> shift;
  let low = vec2<u32>(first & 63u, second & 63u);
  let high = vec2<u32>((third & 15u) | ((first >> 2u) & 48u), ((third >> 4u) & 15u) | ((second >> 2u) & 48u));
  let pair = vec2<i32>(select(low, high, (b & 4u) != 0u));
  return unpack2x16float(scales[head]) * vec2<f32>(pair);
}
