// attention: softmax(Q K^T * SCALE) V over positions 0..position of each row's slot, with grouped query heads.
//
// One workgroup computes GROUP query heads that share a KV head (workgroup.x), for up to R neighbouring rows of one slot,
// beginning with row workgroup.y, over SPAN positions (workgroup.z) or all. It reads K and V once for all of them. Positions come
// in tiles of 64 at absolute multiples of 64, each on one page of the cache. First the invocations compute the scores of a tile
// (STAGED, see lib/scores_*.wgsl). Then invocation (s, g, d), which owns four values of head g's output for OWN rows, adds up
// the tile, with U positions of V loaded at a time. A QK product is one sum in the order of the values; lib/softmax.wgsl says in
// which order tiles are merged. All f32. So a row's bits depend neither on R nor on the batch, SPAN or workgroup (design D1).
// SPAN 0: dst gets the output. Otherwise each workgroup stores the state of its tiles for attention_combine.
// WINDOWED 1: a row attends only to its last WINDOW positions. A tile without any of them leaves the row's state unchanged.
// CAPPED 1: a score s becomes SOFTCAP * tanh(s / SOFTCAP).
// SINKS 1: the softmax of a head begins with a logit that has no value.
// LATENT 1: V is the first VALUE_DIM values of each cell of K, which is bound as both.
#include "lib/attention_sizes.wgsl"
#include "lib/step.wgsl"
#include "lib/kv_cache.wgsl"
#include "lib/neighbours.wgsl"
#include "lib/window.wgsl"
#include "lib/sums.wgsl"
#include "lib/softmax.wgsl"
#if CAPPED
#include "lib/tanh.wgsl"
#endif
#include "lib/scores.wgsl"
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;
#if STAGED
#include "lib/scores_staged.wgsl"
#else
#include "lib/scores_direct.wgsl"
#endif
@group(0) @binding(3) var<storage, read> v_cache: array<Quad>;
@group(0) @binding(4) var<storage, read_write> dst: array<vec4<f32>>;
#if SINKS
@group(0) @binding(5) var<storage, read> sinks: array<f32>;
#endif


// exp(score - largest of the tile): [query, position]
var<workgroup> weights: array<f32, {QUERIES} * TILE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first_row = group.y;
  if (first_row >= n_rows()) { return; }
  let rows = rows_from(first_row);
  if (rows == 0u) { return; }
  // The first row has the earliest begin, the last row the latest end.
  var first_tile = first_seen(first_row) / TILE;
  var end_position = position_of(first_row + rows - 1u) + 1u;
#if SPAN != 0
  // Spans are counted from the first one that the rows see.
  let span = first_seen(first_row) / {SPAN}u + group.z;
  first_tile = max(first_tile, span * {SPAN}u / TILE);
  end_position = min(end_position, (span + 1u) * {SPAN}u);
#endif
  let end = end_position;
  let end_tile = (end + TILE - 1u) / TILE;
  if (first_tile >= end_tile) { return; }
  let quads = HEAD_DIM / 4u;
  let value_quads = {VALUE_DIM} / 4u;
  let head0 = group.x * {GROUP}u;
  let kv_head = head0 / (N_HEAD / N_KV_HEAD);
  let queries = Queries(first_row, rows, head0);
#if LATENT
  let value_step = quads;
#else
  let value_step = value_quads;
#endif
  let value_stride = N_KV_HEAD * value_step;

  let owns = lane < {QUERIES}u / {OWN}u * value_quads;
  let owner = min(lane / value_quads, {QUERIES}u / {OWN}u - 1u);
  let own = owner / {GROUP}u * {OWN}u;
  let g = owner % {GROUP}u;
  let d = lane % value_quads;
  // Missing rows repeat the last one.
#for r 0..OWN
  let row{r} = first_row + min(own + {r}u, rows - 1u);
  let from{r} = ((own + {r}u) * {GROUP}u + g) * TILE;
  var part{r} = nothing();
#if SPAN == 0
#if SINKS
  var all{r} = Softmax(sinks[head0 + g], 1.0, vec4<f32>(0.0));
#else
  var all{r} = nothing();
#endif
#endif
#endfor

  for (var tile = first_tile; tile < end_tile; tile++) {
    let page = page_of(first_row, tile) * PAGE;
    // Whole blocks of U positions.
    let blocks = (min(TILE, end - tile * TILE) + {U}u - 1u) / {U}u;
    compute_scores(lane, queries, tile, (page * N_KV_HEAD + kv_head) * quads, blocks * {U}u);
    workgroupBarrier();
#for r 0..OWN
    var highest{r} = LOWEST;
#endfor
    if (owns) {
      for (var block = 0u; block < blocks; block++) {
#for r 0..OWN
#for u 0..U
        highest{r} = max(highest{r}, scores[from{r} + block * {U}u + {u}u]);
#endfor
#endfor
      }
      let rounds = (blocks * {U}u + value_quads - 1u) / value_quads;
      for (var round = 0u; round < rounds; round++) {
        let j = round * value_quads + d;
        if (j < blocks * {U}u) {
#for r 0..OWN
          {
            let score = scores[from{r} + j];
            weights[from{r} + j] = select(0.0, exp(score - highest{r}), score > LOWEST);
          }
#endfor
        }
      }
    }
    workgroupBarrier();
    if (owns) {
      // Range of the tile that each row sees. Its weights outside of it are zero.
#for r 0..OWN
      let begin{r} = clamp(first_seen(row{r}), tile * TILE, tile * TILE + TILE) - tile * TILE;
      let end{r} = clamp(position_of(row{r}) + 1u, tile * TILE, tile * TILE + TILE) - tile * TILE;
      var total{r} = 0.0;
      var acc{r} = vec4<f32>(0.0);
#endfor
      let v = page * value_stride + kv_head * value_step + d;
#if OWN == 1
      let whole_blocks = (end0 + {U}u - 1u) / {U}u;
#else
      let whole_blocks = end0 / {U}u;
#endif
      for (var block = 0u; block < whole_blocks; block++) {
#for u 0..U
        let value{u} = v_cache[v + min(block * {U}u + {u}u, end0 - 1u) * value_stride];
#endfor
#for u 0..U
        {
          let value = unpack_quad(value{u});
#for r 0..OWN
          {
            let weight = weights[from{r} + block * {U}u + {u}u];
            total{r} += weight;
            acc{r} = fma(vec4<f32>(weight), value, acc{r});
          }
#endfor
        }
#endfor
      }
#if OWN != 1
      let end_last = min(TILE, end - tile * TILE);
      // The value of a later row must not change a bit of an earlier one, even if it is not finite.
      for (var j = whole_blocks * {U}u; j < end_last; j++) {
        let value = unpack_quad(v_cache[v + j * value_stride]);
#for r 0..OWN
        {
          let weight = weights[from{r} + j];
          total{r} += weight;
          acc{r} = select(acc{r}, fma(vec4<f32>(weight), value, acc{r}), j < end{r});
        }
#endfor
      }
#endif
#for r 0..OWN
      if (end{r} > begin{r}) { part{r} = merged(part{r}, Softmax(highest{r}, total{r}, acc{r})); }
#endfor
#if SPAN == 0
      if ((tile + 1u) % PART_TILES == 0u || tile + 1u == end_tile) {
#for r 0..OWN
        if (part{r}.total > 0.0) { all{r} = merged(all{r}, part{r}); }
        part{r} = nothing();
#endfor
      }
#endif
    }
  }
  if (!owns) { return; }
#for r 0..OWN
  if (own + {r}u < rows) {
#if SPAN == 0
    dst[row{r} * DST_STRIDE + (head0 + g) * value_quads + d] = all{r}.acc / all{r}.total;
#else
    let to = ((span * n_rows() + row{r}) * N_HEAD + head0 + g) * (value_quads + 1u);
    dst[to + d] = part{r}.acc;
    if (d == 0u) { dst[to + value_quads] = vec4<f32>(part{r}.highest, part{r}.total, 0.0, 0.0); }
#endif
  }
#endfor
}
