// latent_store: queries and cells of latent attention (MLA of DeepSeek-V2, absorbed). A query of dst consists of a head's query
// in the latent space, then its last N_ROPE values, rotated. A cell of the cache, at the row's slot and position, consists of the
// row's normalised latent, then the rotated values that all heads share. Rotation pairs are neighbours. One workgroup per head of
// a row (workgroup.x; the last one does the cell) and row (workgroup.y). Norm: each lane sums the squares of its vec4s in f32;
// then every lane adds up all lanes' sums in the same order, as in rms_norm.
#define CACHE f32
#include "lib/step.wgsl"
#include "lib/sums.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/rotate.wgsl"
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> q_latent: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> kv: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> k_cache: array<Quad>;
// [position, pair] = (cos, sin)
@group(0) @binding(6) var<storage, read> rope_table: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read> norm_weight: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
// Widths: values of a query that are not rotated, those that are, and values of a latent.
override N_NOPE: u32 = 4u;
override N_ROPE: u32 = 4u;
override N_LATENT: u32 = 4u;
// Strides of rows in vec4s.
override Q_STRIDE: u32 = 2u;
override Q_LATENT_STRIDE: u32 = 1u;
override KV_STRIDE: u32 = 2u;
override EPS: f32 = 1e-6;

var<workgroup> sums: array<f32, WORKGROUP_SIZE>;

// Rotates the quad i of a row's rotated values to the row's position.
fn turned(v: vec4<f32>, position: u32, i: u32) -> vec4<f32> {
  let pair = position * (N_ROPE / 2u) + 2u * i;
  return rotate(v, rope_table[pair], rope_table[pair + 1u]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  let position = position_of(row);
  let latent = N_LATENT / 4u;
  let width = latent + N_ROPE / 4u;
  let head = group.x;
  if (head < N_HEAD) {
    let from_latent = row * Q_LATENT_STRIDE + head * latent;
    let from_rope = row * Q_STRIDE + (head * (N_NOPE + N_ROPE) + N_NOPE) / 4u;
    let to = (row * N_HEAD + head) * width;
    for (var i = lane; i < latent; i += WORKGROUP_SIZE) { dst[to + i] = q_latent[from_latent + i]; }
    for (var i = lane; i < width - latent; i += WORKGROUP_SIZE) {
      dst[to + latent + i] = turned(q[from_rope + i], position, i);
    }
    return;
  }
  let from_kv = row * KV_STRIDE;
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < latent; i += WORKGROUP_SIZE) {
    let x = kv[from_kv + i];
    squares = fma(x, x, squares);
  }
  sums[lane] = quad_sum(squares);
  workgroupBarrier();
  var total = 0.0;
  for (var l = 0u; l < WORKGROUP_SIZE; l++) { total += sums[l]; }
  let scale = 1.0 / sqrt(total / f32(N_LATENT) + EPS);
  let cell = (page_of(row, position / PAGE) * PAGE + position % PAGE) * width;
  for (var i = lane; i < latent; i += WORKGROUP_SIZE) {
    k_cache[cell + i] = pack_quad(kv[from_kv + i] * scale * norm_weight[i]);
  }
  for (var i = lane; i < width - latent; i += WORKGROUP_SIZE) {
    k_cache[cell + latent + i] = pack_quad(turned(kv[from_kv + latent + i], position, i));
  }
}
