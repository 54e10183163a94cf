// Values of a row in shaders/qkv_store.wgsl: those of src, or the keys of src before their norm and rope (VALUES keys), normalised
// with VALUE_NORM.
#if VALUES == keys
// Values of a key head that lie in pairs, but apart in a value head: the first half has the first ones of the pairs.
override SPLIT: u32 = 0u;
fn value_at(from_head: u32, i: u32) -> f32 {
  let half = SPLIT / 2u;
  let at = select(select(2u * (i - half) + 1u, 2u * i, i < half), i, i >= SPLIT);
  return src[from_head + at / 4u][at % 4u];
}
#endif

// Quad of a value head.
fn value_quad(from_head: u32, i: u32) -> vec4<f32> {
#if VALUES == keys
  return vec4<f32>(
    value_at(from_head, 4u * i),
    value_at(from_head, 4u * i + 1u),
    value_at(from_head, 4u * i + 2u),
    value_at(from_head, 4u * i + 3u),
  );
#else
  return src[from_head + i];
#endif
}

fn store_values(row: u32, cell: u32, head: u32, lane: u32) {
  let quads = VALUE_DIM / 4u + unknown_zero();
#if VALUES == keys
  let from_head = row * SRC_STRIDE + (N_HEAD + head) * quads;
#else
  let from_head = row * SRC_STRIDE + (N_HEAD + N_KV_HEAD) * (HEAD_DIM / 4u) + head * quads;
#endif
  var scale = 1.0;
#if VALUE_NORM
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < quads; i += WORKGROUP_SIZE) {
    let y = value_quad(from_head, i);
    squares = fma(y, y, squares);
  }
  scale = 1.0 / sqrt(sum_of_lanes(lane, quad_sum(squares)) / f32(VALUE_DIM) + VALUE_EPS);
#endif
  let to = (cell * N_KV_HEAD + head) * quads;
  for (var i = lane; i < quads; i += WORKGROUP_SIZE) { v_cache[to + i] = pack_quad(value_quad(from_head, i) * scale); }
}
