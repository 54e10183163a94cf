// rope_store: rope on the rows' Q (in place) and K, then K and V go into the cache at the row's slot and position.
//
// Works on [row, Q heads | K heads | V heads] as the QKV product leaves it. One invocation handles four values: two
// rotation pairs. LAYOUT norm pairs neighbours (2i, 2i+1); neox pairs (i, i + N_ROT/2). Values from N_ROT on are not
// rotated. cos and sin come from a table made in double precision on the CPU: WGSL's own are too coarse.
#define CACHE f32
#define LAYOUT norm
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
// [position, pair] = (cos, sin)
@group(0) @binding(1) var<storage, read> table: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> k_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> v_cache: array<Quad>;

override WORKGROUP_SIZE: u32 = 32u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override N_ROT: u32 = 4u;
// vec4s from one row of qkv to the next.
override STRIDE: u32 = 1u;

// Rotates (x, y) and (z, w).
fn rotate(v: vec4<f32>, a: vec2<f32>, b: vec2<f32>) -> vec4<f32> {
  return vec4<f32>(v.x * a.x - v.y * a.y, v.x * a.y + v.y * a.x, v.z * b.x - v.w * b.y, v.z * b.y + v.w * b.x);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = HEAD_DIM / 4u;
  let row = id.y;
  if (row >= n_rows() || id.x >= (N_HEAD + 2u * N_KV_HEAD) * quads) { return; }
  let position = position_of(row);
  let at = row * STRIDE + id.x;
  let head = id.x / quads;
  let quad = id.x % quads;
  let cell = (page_of(row, position / PAGE) * PAGE + position % PAGE) * N_KV_HEAD * quads;

  if (head >= N_HEAD + N_KV_HEAD) {
    v_cache[cell + id.x - (N_HEAD + N_KV_HEAD) * quads] = pack_quad(qkv[at]);
    return;
  }
#if LAYOUT == norm
  var rotated = qkv[at];
  if (quad * 4u < N_ROT) {
    let pair = position * (N_ROT / 2u) + quad * 2u;
    rotated = rotate(rotated, table[pair], table[pair + 1u]);
  }
  if (head < N_HEAD) {
    qkv[at] = rotated;
  } else {
    k_cache[cell + id.x - N_HEAD * quads] = pack_quad(rotated);
  }
#else
  // The invocation of a quad in the first half rotates it with its partner quad in the second half.
  let half_quads = N_ROT / 8u;
  if (quad >= half_quads && quad < 2u * half_quads) { return; }
  let rotates = quad < half_quads;
  let partner = at + half_quads;
  var low = qkv[at];
  var high = vec4<f32>(0.0);
  if (rotates) {
    high = qkv[partner];
    let pair = position * (N_ROT / 2u) + quad * 4u;
    let first = rotate(vec4<f32>(low.x, high.x, low.y, high.y), table[pair], table[pair + 1u]);
    let second = rotate(vec4<f32>(low.z, high.z, low.w, high.w), table[pair + 2u], table[pair + 3u]);
    low = vec4<f32>(first.x, first.z, second.x, second.z);
    high = vec4<f32>(first.y, first.w, second.y, second.w);
  }
  if (head < N_HEAD) {
    qkv[at] = low;
    if (rotates) { qkv[partner] = high; }
  } else {
    let to = cell + id.x - N_HEAD * quads;
    k_cache[to] = pack_quad(low);
    if (rotates) { k_cache[to + half_quads] = pack_quad(high); }
  }
#endif
}
