// k_shift: context shift of one slot. Positions [keep + discard, end) move down by `discard`; K is rotated back by `discard`
// positions, V only moves. Rotation pairs are neighbours. One invocation owns a quad column of K or V and walks the positions in
// ascending order. It overwrites only what it has already read. ROTATED 0: K only moves too, and there is no table. LATENT 1: V
// is a part of K and has no cache.
#define CACHE f32
#define VALUE_DIM HEAD_DIM
#define ROTATED 1
#define LATENT 0
#include "lib/kv_cache.wgsl"
// shift[0] = (keep, discard, end, 0); then the slot's page table, a page per word.
@group(0) @binding(0) var<storage, read> shift: array<vec4<u32>>;
#if ROTATED
@group(0) @binding(1) var<storage, read> table: array<vec2<f32>>;
#endif
@group(0) @binding({ROTATED+1}) var<storage, read_write> k_cache: array<Quad>;
#if !LATENT
@group(0) @binding({ROTATED+2}) var<storage, read_write> v_cache: array<Quad>;
#endif

override WORKGROUP_SIZE: u32 = 32u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
// Number of rotated values of a head, and the first of them.
override N_ROT: u32 = 4u;
override ROT_FROM: u32 = 0u;
// Inverse of the table's factor of cos and sin: K is rotated by the angle alone.
override INVERSE_MAGNITUDE: f32 = 1.0;

fn cell_of(position: u32) -> u32 {
  let word = position / PAGE;
  return shift[1u + word / 4u][word % 4u] * PAGE + position % PAGE;
}

#if ROTATED
// (cos, sin) of a rotation by `by` positions for value `value` of a head and the next one.
fn turn_of(value: u32, by: u32) -> vec2<f32> {
  // Below ROT_FROM this wraps around to far beyond N_ROT.
  let at = value - ROT_FROM;
  if (at >= N_ROT) { return vec2<f32>(1.0, 0.0); }
  return table[(by * N_ROT + at) / 2u] * INVERSE_MAGNITUDE;
}

// Rotates (x, y) and (z, w) backwards.
fn unrotate(v: vec4<f32>, a: vec2<f32>, b: vec2<f32>) -> vec4<f32> {
  return vec4<f32>(v.x * a.x + v.y * a.y, v.y * a.x - v.x * a.y, v.z * b.x + v.w * b.y, v.w * b.x - v.z * b.y);
}
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = HEAD_DIM / 4u;
  let is_key = id.y == 0u;
  let width = N_KV_HEAD * select({VALUE_DIM} / 4u, quads, is_key);
  if (id.x >= width) { return; }
  let by = shift[0].y;
  let value = id.x % quads * 4u;

  for (var position = shift[0].x + by; position < shift[0].z; position++) {
    let source = cell_of(position) * width + id.x;
    let to = cell_of(position - by) * width + id.x;
    if (!is_key) {
#if !LATENT
      v_cache[to] = v_cache[source];
#endif
      continue;
    }
#if ROTATED
    if (value < ROT_FROM + N_ROT && value + 4u > ROT_FROM) {
      k_cache[to] = pack_quad(unrotate(unpack_quad(k_cache[source]), turn_of(value, by), turn_of(value + 2u, by)));
      continue;
    }
#endif
    k_cache[to] = k_cache[source];
  }
}
