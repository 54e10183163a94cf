// Mapping of mul_mat_id for software adapters: an invocation computes R weight rows (with gate_up R of gate and R of up).
// gate_up and store: workgroup.x walks weight rows, workgroup.y experts (if a tile is one row, AT_ONCE 1: its choices),
// workgroup.z tiles of TILE rows. The rows of a tile that chose the expert are computed up to AT_ONCE at a time.
// down: TILE rows (workgroup.y); for each expert in use, the rows that chose it.
// AT_ONCE: rows that share an unpacked weight, 1, 2 or 4; W_END is one more. There is a loop for each power of two, of which one
// runs. It is a loop and not an if, because software adapters compute both branches of an if.
#define AT_ONCE 1
#define W_END 2
#define TILE 1
#define R 1
#define ROWS 1
override WORKGROUP_SIZE: u32 = 64u;
#include "lib/choices.wgsl"

fn first_block(expert: u32, r: u32, n: u32) -> u32 {
  return first_of_matrix(select(expert, N_EXPERTS + expert, r >= {R}u), n + r % {R}u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
#if SHARED
  @builtin(subgroup_invocation_id) in_subgroup: u32,
#endif
) {
  let n = (group.x * WORKGROUP_SIZE + local) * {R}u;
#if SUMMED
  let row0 = group.y * {TILE}u;
#else
  let row0 = group.z * {TILE}u;
#endif
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
#if SHARED
    // Neighbours compute the scales of different rows.
    let scale_of_one = row_scale(src_of(choices.at[in_subgroup % {AT_ONCE}u]));
#endif
#for m 0..AT_ONCE
#if SHARED
    let scale{m} = subgroupShuffle(scale_of_one, {m}u);
#else
    let scale{m} = row_scale(src{m});
#endif
    if ({m}u < choices.count) {
      let factor = scale{m} * share_of(choices.at[{m}u]);
      var sums = vec4<f32>(0.0);
      var up_sums = vec4<f32>(0.0);
#for r 0..R
      sums[{r}u] = sum{r}_{m};
#endfor
#for r R..ROWS
      up_sums[{r}u - {R}u] = sum{r}_{m};
#endfor
      let factors = vec4<f32>(factor);
      let values = finished(sums, up_sums, factors, biases_of(expert, n), biases_of(N_EXPERTS + expert, n));
      for (var i = 0u; i < {R}u && n + i < N; i++) { put(choices.at[{m}u], n + i, values[i]); }
    }
#endfor
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
        totals[row] = add_expert(choice, n, products, totals[row]);
      }
#endfor
      choices = choices_of(expert, choices.next, end_choice);
    }
    expert = next_expert(expert + 1u, begin_choice, end_choice);
  }
#for m 0..TILE
  if (row0 + {m}u < rows) { finish_sum(row0 + {m}u, n, totals[{m}u]); }
#endfor
#endif
}
