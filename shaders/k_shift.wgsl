// k_shift: context shift of one slot. Positions [keep + discard, end) move down by `discard`; K is rotated back by
// `discard` positions, V only moves. Rotation pairs are neighbours. One invocation owns a quad column of K or V and walks the
// positions in ascending order: it writes only what it has already read, so nothing is overwritten early.
#define CACHE f32
#include "lib/kv_cache.wgsl"
// shift[0] = (keep, discard, end, 0); then the slot's page table, a page per word.
@group(0) @binding(0) var<storage, read> shift: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> table: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read_write> k_cache: array<Quad>;
@group(0) @binding(3) var<storage, read_write> v_cache: array<Quad>;

override WORKGROUP_SIZE: u32 = 32u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override N_ROT: u32 = 4u;

fn cell_of(position: u32) -> u32 {
  let word = position / PAGE;
  return shift[1u + word / 4u][word % 4u] * PAGE + position % PAGE;
}

// Rotates (x, y) and (z, w) backwards.
fn unrotate(v: vec4<f32>, a: vec2<f32>, b: vec2<f32>) -> vec4<f32> {
  return vec4<f32>(v.x * a.x + v.y * a.y, v.y * a.x - v.x * a.y, v.z * b.x + v.w * b.y, v.w * b.x - v.z * b.y);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = HEAD_DIM / 4u;
  let width = N_KV_HEAD * quads;
  if (id.x >= width) { return; }
  let by = shift[0].y;
  let quad = id.x % quads;
  let angle = by * (N_ROT / 2u);

  for (var position = shift[0].x + by; position < shift[0].z; position++) {
    let source = cell_of(position) * width + id.x;
    let to = cell_of(position - by) * width + id.x;
    if (id.y == 1u) {
      v_cache[to] = v_cache[source];
      continue;
    }
    if (quad * 4u < N_ROT) {
      let pair = angle + quad * 2u;
      k_cache[to] = pack_quad(unrotate(unpack_quad(k_cache[source]), table[pair], table[pair + 1u]));
    } else {
      k_cache[to] = k_cache[source];
    }
  }
}
