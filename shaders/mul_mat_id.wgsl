// mul_mat_id: the matrices of the experts that the router chose for each row; only those are read.
//
// STAGE gate_up: h[row, e, n] = silu(gate[n] . x) * (up[n] . x) for the e-th chosen expert of the row. workgroup.x walks
//   weight rows, workgroup.y experts (where a tile is one row, AT_ONCE 1: its choices), workgroup.z tiles of TILE rows;
//   of a tile those that chose the expert are taken up to AT_ONCE at a time.
// STAGE down: dst[row, n] += sum over e of weight[e] * (down[n] . h[row, e]), experts by ascending index, for TILE rows
//   (workgroup.y): for each expert that one of them chose, those that chose it.
// A matrix that is too large for one buffer comes in parts, each with some of the rows of every expert: N from DST_OFFSET on.
// Numerics as in mul_mat, so a row's bits do not depend on which rows chose the same expert (design D1).
// AT_ONCE: rows that share a weight once it is unpacked, 1, 2 or 4; W_END is one more. There is a loop for each power of two,
// of which one runs; a loop and not an if, which software adapters compute whether it holds or not.
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

#if STAGE == gate_up
// [row, e] = (expert, bits of its weight)
@group(0) @binding(5) var<storage, read> chosen: array<vec2<u32>>;
#include "lib/deferred_norm.wgsl"

// Values n.. of those that an invocation ends up with.
fn put_quad(choice: u32, n: u32, h: vec4<f32>) {
  for (var i = 0u; i < {OWN}u && n + i < N; i++) { dst[choice * DST_STRIDE + DST_OFFSET + n + i] = h[i]; }
}
#else
#include "lib/residual.wgsl"
@group(0) @binding(7) var<storage, read> chosen: array<vec2<u32>>;
#endif
#if LANES != 1
// gate_up: AT_ONCE slices each of products, squares and up's products; down: TILE slices of products.
#include "lib/lanes.wgsl"
#endif

// Choices of one expert: indices into `chosen`, of which `count` are in use.
struct Choices { count: u32, at: vec4<u32>, next: u32 }

// The first of choices begin..end that chose the expert, up to AT_ONCE; what is not in use repeats the last.
fn choices_of(expert: u32, begin: u32, end: u32) -> Choices {
  var found = Choices(0u, vec4<u32>(begin), begin);
  for (; found.next < end && found.count < {AT_ONCE}u; found.next++) {
    if (chosen[found.next].x == expert) {
      for (var i = found.count; i < 4u; i++) { found.at[i] = found.next; }
      found.count++;
    }
  }
  return found;
}

// The lowest expert from `lowest` on that one of choices begin..end chose; N_EXPERTS where there is none.
fn next_expert(lowest: u32, begin: u32, end: u32) -> u32 {
  var expert = N_EXPERTS;
  for (var choice = begin; choice < end; choice++) {
    let candidate = chosen[choice].x;
    if (candidate >= lowest) { expert = min(expert, candidate); }
  }
  return expert;
}

fn src_of(choice: u32) -> u32 {
#if STAGE == gate_up
  return choice / N_USED * BLOCKS * 10u;
#else
  return choice * BLOCKS * 8u;
#endif
}

fn first_block(expert: u32, r: u32, n: u32) -> u32 {
  let row = expert * N + min(n + r % {R}u, N - 1u);
  return select(row, N_EXPERTS * N + row, r >= {R}u) * BLOCKS;
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
#if STAGE == gate_up
  let row0 = group.z * {TILE}u;
#else
  let row0 = group.y * {TILE}u;
#endif
  let rows = n_rows();
  if (row0 >= rows) { return; }
  let begin_choice = row0 * N_USED;
  let end_choice = min(rows, row0 + {TILE}u) * N_USED;

#if STAGE == gate_up
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
      let scale = norm_scale(some_squares(src{m}, 0u, 1u));
      var gates = vec4<f32>(0.0);
      var ups = vec4<f32>(0.0);
#for r 0..R
      gates[{r}u] = sum{r}_{m} * scale;
#endfor
#for r R..ROWS
      ups[{r}u - {R}u] = sum{r}_{m} * scale;
#endfor
      put_quad(choices.at[{m}u], n, silu_quad(gates) * ups);
    }
#endfor
#else
#for m 0..AT_ONCE
    partial[{m}u * WORKGROUP_SIZE + local] = sum0_{m};
    partial[({AT_ONCE}u + {m}u) * WORKGROUP_SIZE + local] = some_squares(src{m}, local, WORKGROUP_SIZE);
    partial[({AT_ONCE}u * 2u + {m}u) * WORKGROUP_SIZE + local] = sum1_{m};
#endfor
    workgroupBarrier();
    let m = local / (rows_of_weight() / 4u);
    let row = local % (rows_of_weight() / 4u) * 4u;
    if (m < choices.count) {
      let scale = norm_scale(sum_slice({AT_ONCE}u + m));
      let h = silu_quad(sum_lanes(m, row) * scale) * (sum_lanes({AT_ONCE}u * 2u + m, row) * scale);
      put_quad(choices.at[m], group.x * rows_of_weight() + row, h);
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
        totals[row] = fma(vec4<f32>(bitcast<f32>(chosen[choice].y)), products, totals[row]);
      }
#endfor
      choices = choices_of(expert, choices.next, end_choice);
    }
    expert = next_expert(expert + 1u, begin_choice, end_choice);
  }
#if LANES == 1
#for m 0..TILE
  if (row0 + {m}u < rows) { add_to_residual(row0 + {m}u, n, totals[{m}u]); }
#endfor
#else
#for m 0..TILE
  partial[{m}u * WORKGROUP_SIZE + local] = totals[{m}u].x;
#endfor
  workgroupBarrier();
  let m = local / (rows_of_weight() / 4u);
  let row = local % (rows_of_weight() / 4u) * 4u;
  let first_n = group.x * rows_of_weight() + row;
  if (m < {TILE}u && row0 + m < rows && first_n < N) { add_to_residual(row0 + m, first_n, sum_lanes(m, row)); }
#endif
#endif
}
