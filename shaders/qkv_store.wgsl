// qkv_store: stores a row's queries, keys and values, which lie side by side in src, where attention reads them: queries in dst,
// keys and values in the cache at the row's slot and position. Queries and keys are normalised and rotated on the way.
//
// One workgroup per head (workgroup.x: of queries, of keys, of values) and row (workgroup.y). Lanes process quads of the head.
// All f32. For a norm each lane sums its values, then all lanes' sums are added in order (lib/lane_sums.wgsl), so nothing depends
// on other rows (design D1).
// NORM: none, rms or layer. WEIGHTS: head, the same for each head; heads, separate for each head; row, one norm over all heads;
// unit, none. NORM_FIRST 0: rope comes before the norm. Rotation pairs are neighbours. VALUE_NORM: an RMS norm of each value head,
// without weights. VALUES keys: values are the keys of src, in the order in which the first and the second values of the first
// SPLIT in pairs lie apart. KV 0: src has only queries, and there are no caches.
#define CACHE f32
#define ROPE 1
#define NORM none
#define WEIGHTS unit
#define NORM_FIRST 1
#define ROPE_BINDING 5
#define NORM_BINDING 6
#define VALUE_NORM 0
#define VALUES own
#define KV 1
#define TEMPERATURE 0
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dst: array<vec4<f32>>;
#if KV
@group(0) @binding(3) var<storage, read_write> k_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> v_cache: array<Quad>;
#endif

override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override VALUE_DIM: u32 = 4u;
// Stride of the rows of src in vec4s.
override SRC_STRIDE: u32 = 1u;

#if ROPE
#include "lib/rotate.wgsl"
// [position, pair] = (cos, sin)
@group(0) @binding({ROPE_BINDING}) var<storage, read> rope_table: array<vec2<f32>>;
// Leading values of each head that are rotated, an even number.
override N_ROT: u32 = 4u;

// (cos, sin) of a pair of a head; pairs beyond the rotated ones stay unchanged.
fn angle_of(position: u32, pair: u32) -> vec2<f32> {
  if (2u * pair >= N_ROT) { return vec2<f32>(1.0, 0.0); }
  return rope_table[position * (N_ROT / 2u) + pair];
}

fn turned(v: vec4<f32>, position: u32, quad: u32) -> vec4<f32> {
  return rotate(v, angle_of(position, 2u * quad), angle_of(position, 2u * quad + 1u));
}
#else
fn turned(v: vec4<f32>, position: u32, quad: u32) -> vec4<f32> { return v; }
#endif

#if NORM != none
override EPS: f32 = 1e-5;
#if WEIGHTS != unit
// Weights of queries, then of keys, each padded to whole blocks of 32 values.
@group(0) @binding({NORM_BINDING}) var<storage, read> norm_weight: array<vec4<f32>>;
#endif
#define SUMS 1
#endif
#if VALUE_NORM
#define SUMS 1
override VALUE_EPS: f32 = 1e-5;
#endif
#if SUMS
#include "lib/lane_sums.wgsl"
#endif
#if TEMPERATURE
override TEMPERATURE_SCALE: f32 = 0.0;
override TEMPERATURE_LENGTH: u32 = 1u;
override TEMPERATURE_OFFSET: u32 = 0u;
#endif

// Quad of a head as the norm reads it.
fn normed_quad(from_head: u32, position: u32, quad: u32) -> vec4<f32> {
#if NORM_FIRST
  return src[from_head + quad];
#else
  return turned(src[from_head + quad], position, quad % (HEAD_DIM / 4u));
#endif
}

#if KV
#include "lib/store_values.wgsl"
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  let position = position_of(row);
  let quads = HEAD_DIM / 4u;
  let from_row = row * SRC_STRIDE;
#if KV
  let cell = page_of(row, position / PAGE) * PAGE + position % PAGE;
  if (group.x >= N_HEAD + N_KV_HEAD) {
    store_values(row, cell, group.x - N_HEAD - N_KV_HEAD, lane);
    return;
  }
#endif
  let is_key = group.x >= N_HEAD;
  let head = select(group.x, group.x - N_HEAD, is_key);
  let from_head = from_row + group.x * quads;
#if NORM != none
#if WEIGHTS == row
  let from_span = from_row + select(0u, N_HEAD * quads, is_key);
  let span = select(N_HEAD, N_KV_HEAD, is_key) * quads + unknown_zero();
#else
  let from_span = from_head;
  let span = quads + unknown_zero();
#endif
  var mean = 0.0;
#if NORM == layer
  var sum = vec4<f32>(0.0);
  for (var i = lane; i < span; i += WORKGROUP_SIZE) { sum += normed_quad(from_span, position, i); }
  mean = sum_of_lanes(lane, quad_sum(sum)) / f32(span * 4u);
#endif
  var squares = vec4<f32>(0.0);
  for (var i = lane; i < span; i += WORKGROUP_SIZE) {
    let y = normed_quad(from_span, position, i) - mean;
    squares = fma(y, y, squares);
  }
  let scale = 1.0 / sqrt(sum_of_lanes(lane, quad_sum(squares)) / f32(span * 4u) + EPS);
#if WEIGHTS == head
  let from_weight = select(0u, (HEAD_DIM + 31u) / 32u * 8u, is_key);
#else
  let from_weight = select(0u, (N_HEAD * HEAD_DIM + 31u) / 32u * 8u, is_key) + head * quads;
#endif
#endif
#if TEMPERATURE
  // Divide integers: a quotient of floats may come out just below the step.
  let steps = (position + TEMPERATURE_OFFSET) / TEMPERATURE_LENGTH;
  let temperature = 1.0 + TEMPERATURE_SCALE * log(f32(1u + steps));
#endif
  for (var i = lane; i < quads; i += WORKGROUP_SIZE) {
    var y = normed_quad(from_head, position, i);
#if NORM != none
    y = (y - mean) * scale;
#if WEIGHTS != unit
    y *= norm_weight[from_weight + i];
#endif
#endif
#if NORM_FIRST
    y = turned(y, position, i);
#endif
#if KV
    if (is_key) { k_cache[(cell * N_KV_HEAD + head) * quads + i] = pack_quad(y); }
#endif
    if (!is_key) {
#if TEMPERATURE
      y *= temperature;
#endif
      dst[(row * N_HEAD + head) * quads + i] = y;
    }
  }
}
