// attention: softmax(Q K^T * SCALE) V over positions 0..position of the row's slot, with grouped query heads.
//
// One workgroup per row (workgroup.y) and set of GROUP query heads that share a KV head (workgroup.x). Positions go by
// tiles of 64 at absolute multiples of 64, whatever the batch (design D1), each on one page of the cache: lanes compute the scores of the tile's
// positions, K read once for all GROUP heads; then lane (g, d) owns four values of head g's output and folds the tile
// into its running maximum, sum and accumulator (online softmax, all f32). Two barriers per tile.
#define CACHE f32
#define GROUP 1
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> k_cache: array<Quad>;
@group(0) @binding(3) var<storage, read> v_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override SCALE: f32 = 1.0;
// vec4s from one row to the next.
override SRC_STRIDE: u32 = 1u;
override DST_STRIDE: u32 = 1u;

const TILE = PAGE;
// Large and finite: WGSL may assume that there are no infinities.
const MASKED = -1e30;
var<workgroup> scores: array<f32, {GROUP} * TILE>;
var<workgroup> weights: array<f32, {GROUP} * TILE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  let quads = HEAD_DIM / 4u;
  let end = position_of(row) + 1u;
  let head0 = group.x * {GROUP}u;
  let kv_head = head0 / (N_HEAD / N_KV_HEAD);
  let q = row * SRC_STRIDE + head0 * quads;
  let cell_stride = N_KV_HEAD * quads;

  let owns = lane < {GROUP}u * quads;
  let g = min(lane / quads, {GROUP}u - 1u);
  let d = lane % quads;
  var highest = MASKED;
  var total = 0.0;
  var acc = vec4<f32>(0.0);

  for (var tile = 0u; tile < end; tile += TILE) {
    let count = min(TILE, end - tile);
    let cells = page_of(row, tile / PAGE) * PAGE * cell_stride + kv_head * quads;
    for (var j = lane; j < TILE; j += WORKGROUP_SIZE) {
#for h 0..GROUP
      var dot{h} = vec4<f32>(0.0);
#endfor
      if (j < count) {
        let k = cells + j * cell_stride;
        for (var i = 0u; i < quads; i++) {
          let key = unpack_quad(k_cache[k + i]);
#for h 0..GROUP
          dot{h} = fma(key, qkv[q + {h}u * quads + i], dot{h});
#endfor
        }
      }
#for h 0..GROUP
      scores[{h}u * TILE + j] = select(MASKED, quad_sum(dot{h}) * SCALE, j < count);
#endfor
    }
    workgroupBarrier();
    let before = highest;
    if (owns) {
      for (var j = 0u; j < TILE; j++) { highest = max(highest, scores[g * TILE + j]); }
      for (var j = d; j < TILE; j += quads) { weights[g * TILE + j] = exp(scores[g * TILE + j] - highest); }
    }
    workgroupBarrier();
    if (owns) {
      let keep = exp(before - highest);
      total *= keep;
      acc *= keep;
      let v = cells + d;
      for (var j = 0u; j < count; j++) {
        let weight = weights[g * TILE + j];
        total += weight;
        acc = fma(vec4<f32>(weight), unpack_quad(v_cache[v + j * cell_stride]), acc);
      }
    }
  }
  if (owns) { dst[row * DST_STRIDE + (head0 + g) * quads + d] = acc / total; }
}
