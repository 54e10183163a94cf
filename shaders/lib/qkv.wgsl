// Destination of products that are queries, keys and values, side by side in that order. Rope rotates queries and keys to the
// row's position; queries go to dst, keys and values to the cache at the row's slot and position. Rotation pairs are neighbours.
// cos and sin come from a table that the CPU computes in double precision: WGSL's own are too coarse.
#include "lib/kv_cache.wgsl"
#include "lib/rotate.wgsl"
// [position, pair] = (cos, sin)
@group(0) @binding(5) var<storage, read> rope_table: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read_write> k_cache: array<Quad>;
@group(0) @binding(7) var<storage, read_write> v_cache: array<Quad>;
// Total widths of all heads.
override Q_WIDTH: u32 = 4u;
override KV_WIDTH: u32 = 4u;
override HEAD_DIM: u32 = 4u;
// Leading values of each head that are rotated.
override N_ROT: u32 = 4u;

// Stores four products of a row: values n.. of queries, keys and values.
fn store_qkv(row: u32, n: u32, products: vec4<f32>) {
  let position = position_of(row);
  let cell = (page_of(row, position / PAGE) * PAGE + position % PAGE) * (KV_WIDTH / 4u);
  if (n >= Q_WIDTH + KV_WIDTH) {
    v_cache[cell + (n - Q_WIDTH - KV_WIDTH) / 4u] = pack_quad(products);
    return;
  }
  var turned = products;
  let i = n % HEAD_DIM;
  if (i < N_ROT) {
    let pair = (position * N_ROT + i) / 2u;
    turned = rotate(products, rope_table[pair], rope_table[pair + 1u]);
  }
  if (n >= Q_WIDTH) {
    k_cache[cell + (n - Q_WIDTH) / 4u] = pack_quad(turned);
  } else {
    for (var j = 0u; j < 4u; j++) { dst[row * Q_WIDTH + n + j] = turned[j]; }
  }
}
