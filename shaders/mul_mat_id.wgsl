// mul_mat_id: products with the matrices of the experts that the router chose for each row. Only those matrices are read.
//
// STAGE gate_up: h[row, e, n] = activation(gate[n] . x, up[n] . x) for the e-th chosen expert of the row; store: weight[n] . x.
//   workgroup.x walks weight rows, workgroup.y experts (if a tile is one row, AT_ONCE 1: its choices), workgroup.z tiles of
//   TILE rows. The rows of a tile that chose the expert are computed up to AT_ONCE at a time. See lib/expert_outputs.wgsl.
// STAGE down: dst[row, n] += SCALE * sum over e of weight[e] * (down[n] . h[row, e]), experts by ascending index, for TILE rows
//   (workgroup.y): for each expert in use, the rows that chose it. down_store: dst[row, n] = the same sum, of
//   products + biases, or without weights. See lib/expert_sums.wgsl.
// A matrix that is too large for one buffer comes in parts, each with some of the rows of every expert: N from DST_OFFSET on.
// Numerics as in mul_mat, so a row's bits do not depend on which rows chose the same expert (design D1).
// AT_ONCE: rows that share an unpacked weight, 1, 2 or 4; W_END is one more. There is a loop for each power of two, of which one
// runs. It is a loop and not an if, because software adapters compute both branches of an if.
#define AT_ONCE 1
#define W_END 2
#define TILE 1
#define R 1
#define ROWS 1
#define OWN 4
#define LANES 1
#define SHARED 0
#define STAGE gate_up
#define WEIGHT F32
// 1: an expert's rows are summed.
#if STAGE == down
#define SUMMED 1
#endif
#if STAGE == down_store
#define SUMMED 1
#endif
#define SUMMED 0
// 1: src has a deferred norm. 1: products have biases.
#define NORMED 1
#define BIAS 0
#if SHARED
enable subgroups;
#endif
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override BLOCKS: u32 = 1u;
override N: u32 = 1u;
override N_EXPERTS: u32 = 1u;
override N_USED: u32 = 1u;
override DST_STRIDE: u32 = 1u;
override DST_OFFSET: u32 = 0u;

// [row, e] = (expert, bits of its weight)
#if STAGE == down
#include "lib/residual.wgsl"
@group(0) @binding(7) var<storage, read> chosen: array<vec2<u32>>;
#else
@group(0) @binding(5) var<storage, read> chosen: array<vec2<u32>>;
#endif
#if BIAS
#include "lib/expert_biases.wgsl"
#endif
#if SUMMED
#include "lib/expert_sums.wgsl"
#else
#include "lib/expert_outputs.wgsl"
#endif
#if LANES != 1
// gate_up and store: AT_ONCE slices each of products, squares and up's products; down: TILE slices of products.
#include "lib/lanes.wgsl"
#endif
#include "lib/choices.wgsl"

// Stores the values n.. of a row of dst that an invocation owns.
fn put_quad(row: u32, n: u32, h: vec4<f32>) {
  for (var i = 0u; i < {OWN}u && n + i < N; i++) { dst[row * DST_STRIDE + DST_OFFSET + n + i] = h[i]; }
}

fn first_block(expert: u32, r: u32, n: u32) -> u32 {
  let group = select(expert, N_EXPERTS + expert, r >= {R}u);
  return first_of_row(start_of_group(group, N) + min(n + r % {R}u, N - 1u));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
#if SHARED
  @builtin(subgroup_invocation_id) in_subgroup: u32,
#endif
) {
  let n = (group.x * WORKGROUP_SIZE + local) / {LANES}u * {R}u;
#if LANES == 1
  let lane = 0u;
#else
  let lane = local % {LANES}u;
#endif
  let row0 = tile_of(group) * {TILE}u;
  let rows = n_rows();
  if (row0 >= rows) { return; }
  let begin_choice = row0 * N_USED;
  let end_choice = min(rows, row0 + {TILE}u) * N_USED;

#if !SUMMED
#if AT_ONCE == 1
  let expert = chosen[begin_choice + group.y].x;
#else
  let expert = group.y;
#endif
  var choices = choices_of(expert, begin_choice, end_choice);
  while (choices.count > 0u) {
#include "lib/expert_products.wgsl"
#if LANES == 1
#for m 0..AT_ONCE
    if ({m}u < choices.count) {
      let scale = row_scale(src{m});
      var sums = vec4<f32>(0.0);
      var up_sums = vec4<f32>(0.0);
#for r 0..R
      sums[{r}u] = sum{r}_{m};
#endfor
#for r R..ROWS
      up_sums[{r}u - {R}u] = sum{r}_{m};
#endfor
      finish_choice(choices.at[{m}u], n, scale, sums, up_sums);
    }
#endfor
#else
#for m 0..AT_ONCE
    partial[{m}u * WORKGROUP_SIZE + local] = sum0_{m};
#if NORMED
    if (local < CLASSES) { partial[({AT_ONCE}u + {m}u) * WORKGROUP_SIZE + local] = class_squares(src{m}, local); }
#endif
#if STAGE == gate_up
    partial[({AT_ONCE}u * 2u + {m}u) * WORKGROUP_SIZE + local] = sum1_{m};
#endif
#endfor
    workgroupBarrier();
    let m = local / (rows_of_weight() / 4u);
    let row = local % (rows_of_weight() / 4u) * 4u;
    if (m < choices.count) {
#if NORMED
      let scale = norm_scale(sum_classes({AT_ONCE}u + m));
#else
      let scale = 1.0;
#endif
#if STAGE == gate_up
      let up_sums = sum_lanes({AT_ONCE}u * 2u + m, row);
#else
      let up_sums = vec4<f32>(0.0);
#endif
      finish_choice(choices.at[m], group.x * rows_of_weight() + row, scale, sum_lanes(m, row), up_sums);
    }
    workgroupBarrier();
#endif
    choices = choices_of(expert, choices.next, end_choice);
  }
#else
  var totals = array<vec4<f32>, {TILE}>();
  var expert = next_expert(0u, begin_choice, end_choice);
  while (expert < N_EXPERTS) {
    var choices = choices_of(expert, begin_choice, end_choice);
    while (choices.count > 0u) {
#include "lib/expert_products.wgsl"
#for m 0..AT_ONCE
      if ({m}u < choices.count) {
        let choice = choices.at[{m}u];
        let row = choice / N_USED - row0;
        var products = vec4<f32>(0.0);
#for r 0..R
        products[{r}u] = sum{r}_{m};
#endfor
#if BIAS
        // The first of the lanes that share a weight row also adds its bias.
        if (lane == 0u) { products += biases_of(expert, n); }
#endif
        totals[row] = fma(vec4<f32>(share_of(choice)), products, totals[row]);
      }
#endfor
      choices = choices_of(expert, choices.next, end_choice);
    }
    expert = next_expert(expert + 1u, begin_choice, end_choice);
  }
#if LANES == 1
#for m 0..TILE
  if (row0 + {m}u < rows) { finish_sum(row0 + {m}u, n, totals[{m}u]); }
#endfor
#else
#for m 0..TILE
  partial[{m}u * WORKGROUP_SIZE + local] = totals[{m}u].x;
#endfor
  workgroupBarrier();
  let m = local / (rows_of_weight() / 4u);
  let row = local % (rows_of_weight() / 4u) * 4u;
  let first_n = group.x * rows_of_weight() + row;
  if (m < {TILE}u && row0 + m < rows && first_n < N) { finish_sum(row0 + m, first_n, sum_lanes(m, row)); }
#endif
#endif
}
