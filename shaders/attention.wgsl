// attention: softmax(Q K^T * SCALE) V over positions 0..position of each row's slot, with grouped query heads.
//
// One workgroup does GROUP query heads that share a KV head (workgroup.x), up to R neighbouring rows of one slot, of which the
// first is workgroup.y, and a split of the positions (workgroup.z): K and V are read once for all of them. Positions go by
// tiles of 64 at absolute multiples of 64, each on one page of the cache. Lanes compute the scores of a tile, P positions each
// at a time; then lane (g, d) owns four values of head g's output for each row and folds the tile into its running maximum,
// sum and accumulator (online softmax, all f32). Two barriers per tile.
// Splits begin at absolute multiples of SPLIT positions, so a row's bits depend neither on R nor on the batch (design D1).
// SPLITS 1: dst gets the output. Else each split leaves its accumulator, maximum and sum for attention_combine.
#define CACHE f32
#define GROUP 1
#define R 1
#define P 1
#define SPLITS 1
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> k_cache: array<Quad>;
@group(0) @binding(3) var<storage, read> v_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;

override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override SCALE: f32 = 1.0;
override SPLIT: u32 = 64u;
// vec4s from one row of dst to the next.
override DST_STRIDE: u32 = 1u;

const TILE = PAGE;
// Large and finite: WGSL may assume that there are no infinities.
const LOWEST = -1e30;
var<workgroup> scores: array<f32, {R} * {GROUP} * TILE>;
var<workgroup> weights: array<f32, {R} * {GROUP} * TILE>;

// How many rows the workgroup of `row` does: it and its neighbours in the same slot, or none where a neighbour's does it.
fn rows_from(row: u32) -> u32 {
#if R == 1
  return 1u;
#else
  let slot = step[1u + row].z;
  var first = row;
  while (first > 0u && step[first].z == slot) { first--; }
  if ((row - first) % {R}u != 0u) { return 0u; }
  var count = 1u;
  while (count < {R}u && row + count < n_rows() && step[1u + row + count].z == slot) { count++; }
  return count;
#endif
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = group.y;
  if (first_row >= n_rows()) { return; }
  let rows = rows_from(first_row);
  let begin = group.z * SPLIT;
  if (rows == 0u || begin > position_of(first_row + rows - 1u)) { return; }
  let quads = HEAD_DIM / 4u;
  let head0 = group.x * {GROUP}u;
  let kv_head = head0 / (N_HEAD / N_KV_HEAD);
  let cell_stride = N_KV_HEAD * quads;

  let owns = lane < {GROUP}u * quads;
  let g = min(lane / quads, {GROUP}u - 1u);
  let d = lane % quads;
  // Rows that are not there are the last one again.
#for r 0..R
  let row{r} = first_row + min({r}u, rows - 1u);
  let q{r} = (row{r} * N_HEAD + head0) * quads;
  let end{r} = min(position_of(row{r}) + 1u, begin + SPLIT);
  var highest{r} = LOWEST;
  var total{r} = 0.0;
  var acc{r} = vec4<f32>(0.0);
#endfor
  let end = min(position_of(first_row + rows - 1u) + 1u, begin + SPLIT);

  for (var tile = begin; tile < end; tile += TILE) {
    let count = min(TILE, end - tile);
    let cells = page_of(first_row, tile / PAGE) * PAGE * cell_stride + kv_head * quads;
    for (var base = 0u; base < count; base += {P}u * WORKGROUP_SIZE) {
#for p 0..P
      let at{p} = base + {p}u * WORKGROUP_SIZE + lane;
      let k{p} = cells + min(at{p}, TILE - 1u) * cell_stride;
#for r 0..R
#for h 0..GROUP
      var dot{p}_{r}_{h} = 0.0;
#endfor
#endfor
#endfor
      let quads_end = quads + unknown_zero();
      for (var i = 0u; i < quads_end; i++) {
#for p 0..P
        let key{p} = unpack_quad(k_cache[k{p} + i]);
#endfor
#for r 0..R
#for h 0..GROUP
        {
          let query = q[q{r} + {h}u * quads + i];
#for p 0..P
          dot{p}_{r}_{h} = add_dot(key{p}, query, dot{p}_{r}_{h});
#endfor
        }
#endfor
#endfor
      }
#for p 0..P
      if (at{p} < count) {
#for r 0..R
#for h 0..GROUP
        scores[({r}u * {GROUP}u + {h}u) * TILE + at{p}] = dot{p}_{r}_{h} * SCALE;
#endfor
#endfor
      }
#endfor
    }
    workgroupBarrier();
#for r 0..R
    let count{r} = clamp(end{r}, tile, tile + TILE) - tile;
    let from{r} = ({r}u * {GROUP}u + g) * TILE;
    let before{r} = highest{r};
    if (owns) {
      for (var j = 0u; j < count{r}; j++) { highest{r} = max(highest{r}, scores[from{r} + j]); }
      for (var j = d; j < count; j += quads) {
        weights[from{r} + j] = select(0.0, exp(scores[from{r} + j] - highest{r}), j < count{r});
      }
    }
#endfor
    workgroupBarrier();
    // Behind a row's own positions its bits stay as they are.
    if (owns) {
#for r 0..R
      let keep{r} = select(1.0, exp(before{r} - highest{r}), count{r} > 0u);
      total{r} *= keep{r};
      acc{r} *= keep{r};
#endfor
      let v = cells + d;
      for (var j = 0u; j < count; j++) {
        let value = unpack_quad(v_cache[v + j * cell_stride]);
#for r 0..R
        {
          let weight = weights[from{r} + j];
          total{r} += weight;
          acc{r} = select(acc{r}, fma(vec4<f32>(weight), value, acc{r}), j < count{r});
        }
#endfor
      }
    }
  }
  if (!owns) { return; }
#for r 0..R
  if ({r}u < rows) {
#if SPLITS == 1
    dst[row{r} * DST_STRIDE + (head0 + g) * quads + d] = acc{r} / total{r};
#else
    let to = ((row{r} * N_HEAD + head0 + g) * {SPLITS}u + group.z) * (quads + 1u);
    dst[to + d] = acc{r};
    if (d == 0u) { dst[to + quads] = vec4<f32>(highest{r}, total{r}, 0.0, 0.0); }
#endif
  }
#endfor
}
