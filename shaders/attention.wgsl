// attention: softmax(Q K^T * SCALE) V over positions 0..position of each row's slot, with grouped query heads.
//
// One workgroup computes GROUP query heads that share a KV head (workgroup.x), for up to R neighbouring rows of one slot,
// beginning with row workgroup.y, over a split of the positions (workgroup.z). It reads K and V once for all of them. Positions
// come in tiles of 64 at absolute multiples of 64, each on one page of the cache. Lanes compute the scores of a tile, P positions
// each at a time. Then lane (g, d), which owns four values of head g's output for each row, folds the tile into its running
// maximum, sum and accumulator (online softmax, all f32). Two barriers per tile.
// Splits begin at absolute multiples of SPLIT positions, so a row's bits depend neither on R nor on the batch (design D1).
// SPLITS 1: dst gets the output. Otherwise each split stores its accumulator, maximum and sum for attention_combine.
// WINDOWED 1: a row attends only to its last WINDOW positions. An earlier tile leaves the row's state unchanged.
// CAPPED 1: a score s becomes SOFTCAP * tanh(s / SOFTCAP).
// SINKS 1: the softmax of a head begins with a logit that has no value.
// LATENT 1: V is the first VALUE_DIM values of each cell of K, which is bound as both.
#define CACHE f32
#define VALUE_DIM HEAD_DIM
#define CAPPED 0
#define SINKS 0
#define LATENT 0
#define GROUP 1
#define R 1
#define P 1
#define SPLITS 1
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/neighbours.wgsl"
#include "lib/window.wgsl"
#include "lib/sums.wgsl"
#if CAPPED
#include "lib/tanh.wgsl"
#endif
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> k_cache: array<Quad>;
@group(0) @binding(3) var<storage, read> v_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;
#if SINKS
@group(0) @binding(5) var<storage, read> sinks: array<f32>;
#endif

override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override SCALE: f32 = 1.0;
// Positions per split, if there are several.
override SPLIT: u32 = 0x40000000u;
// Stride of the rows of dst in vec4s.
override DST_STRIDE: u32 = 1u;
override SOFTCAP: f32 = 1.0;

const TILE = PAGE;
// Finite substitute for -infinity: WGSL may assume that there are no infinities.
const LOWEST = -1e30;
var<workgroup> scores: array<f32, {R} * {GROUP} * TILE>;
var<workgroup> weights: array<f32, {R} * {GROUP} * TILE>;

fn score_of(product: f32) -> f32 {
#if CAPPED
  return SOFTCAP * tanh_of(product * SCALE / SOFTCAP);
#else
  return product * SCALE;
#endif
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = group.y;
  if (first_row >= n_rows()) { return; }
  let rows = rows_from(first_row);
  if (rows == 0u) { return; }
  let split = group.z * SPLIT;
  // The first row has the earliest begin, the last row the latest end.
  let begin = max(split, first_seen(first_row) / TILE * TILE);
  let end = min(position_of(first_row + rows - 1u) + 1u, split + SPLIT);
  if (begin >= end) { return; }
  let quads = HEAD_DIM / 4u;
  let value_quads = {VALUE_DIM} / 4u;
  let head0 = group.x * {GROUP}u;
  let kv_head = head0 / (N_HEAD / N_KV_HEAD);
  let cell_stride = N_KV_HEAD * quads;
#if LATENT
  let value_step = quads;
#else
  let value_step = value_quads;
#endif
  let value_stride = N_KV_HEAD * value_step;

  let owns = lane < {GROUP}u * value_quads;
  let g = min(lane / value_quads, {GROUP}u - 1u);
  let d = lane % value_quads;
  // Missing rows repeat the last one.
#for r 0..R
  let row{r} = first_row + min({r}u, rows - 1u);
  let q{r} = (row{r} * N_HEAD + head0) * quads;
  let end{r} = min(position_of(row{r}) + 1u, split + SPLIT);
#if SINKS
  var highest{r} = sinks[head0 + g];
  var total{r} = 1.0;
#else
  var highest{r} = LOWEST;
  var total{r} = 0.0;
#endif
  var acc{r} = vec4<f32>(0.0);
#endfor

  for (var tile = begin; tile < end; tile += TILE) {
    let count = min(TILE, end - tile);
    let page = page_of(first_row, tile / PAGE) * PAGE;
    let cells = page * cell_stride + kv_head * quads;
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
        scores[({r}u * {GROUP}u + {h}u) * TILE + at{p}] = score_of(dot{p}_{r}_{h});
#endfor
#endfor
      }
#endfor
    }
    workgroupBarrier();
#for r 0..R
    let low{r} = clamp(first_seen(row{r}), tile, tile + TILE) - tile;
    let count{r} = clamp(end{r}, tile, tile + TILE) - tile;
    let from{r} = ({r}u * {GROUP}u + g) * TILE;
    let before{r} = highest{r};
    if (owns) {
      for (var j = low{r}; j < count{r}; j++) { highest{r} = max(highest{r}, scores[from{r} + j]); }
      for (var j = d; j < count; j += value_quads) {
        weights[from{r} + j] = select(0.0, exp(scores[from{r} + j] - highest{r}), j < count{r});
#if WINDOWED
        if (j < low{r}) { weights[from{r} + j] = 0.0; }
#endif
      }
    }
#endfor
    workgroupBarrier();
    // Positions outside a row's range must leave its bits unchanged.
    if (owns) {
#for r 0..R
      let keep{r} = select(1.0, exp(before{r} - highest{r}), count{r} > low{r});
      total{r} *= keep{r};
      acc{r} *= keep{r};
#endfor
      let v = page * value_stride + kv_head * value_step + d;
      for (var j = 0u; j < count; j++) {
        let value = unpack_quad(v_cache[v + j * value_stride]);
#for r 0..R
        {
          let weight = weights[from{r} + j];
          total{r} += weight;
          acc{r} = select(acc{r}, fma(vec4<f32>(weight), value, acc{r}), j >= low{r} && j < count{r});
        }
#endfor
      }
    }
  }
  if (!owns) { return; }
#for r 0..R
  if ({r}u < rows) {
#if SPLITS == 1
    dst[row{r} * DST_STRIDE + (head0 + g) * value_quads + d] = acc{r} / total{r};
#else
    let to = ((row{r} * N_HEAD + head0 + g) * {SPLITS}u + group.z) * (value_quads + 1u);
    dst[to + d] = acc{r};
    if (d == 0u) { dst[to + value_quads] = vec4<f32>(highest{r}, total{r}, 0.0, 0.0); }
#endif
  }
#endfor
}
